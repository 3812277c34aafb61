"""`scaler.unscale_(optimizer)` before gradients are clipped."""

from __future__ import annotations

from collections.abc import Sequence

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, put_before
from traindx.remedy.expressions import called, dotted, receiver

CAUSES = ("clip-before-unscale",)


def edits(case: Case) -> Sequence[Edit]:
    """In the block of the clip, with the scaler and the optimizer that the step names."""
    clip, step = case.at("clip"), case.at("step")
    if clip is None or step is None or clip.script is not step.script:
        return ()
    for call in step.calls:
        scaler, given = dotted(receiver(call)), dotted(call.args[0].value) if call.args else ""
        if called(call) == "step" and scaler and given:
            words = "gradients are unscaled before they are clipped"
            return (put_before(clip.script, clip.statement, f"{scaler}.unscale_({given})", words),)
    return ()
