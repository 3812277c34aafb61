"""Whether a training took a step: what was said to keep it from its first one is then refuted."""

from __future__ import annotations

from traindx.core.check import NotEnough
from traindx.core.recording import Recording


def require_not_begun(recording: Recording | None) -> None:
    """Raise `NotEnough` where a step was recorded."""
    if recording is not None and len(recording.step):
        raise NotEnough("the training took its first step, which this would have kept it from")
