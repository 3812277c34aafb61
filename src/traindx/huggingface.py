"""For the Hugging Face Trainer: `Trainer(..., callbacks=[traindx.huggingface.Callback()])` records `train`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from traindx.recorder import record


class Callback(TrainerCallback):  # type: ignore[misc,unused-ignore]
    """Records from the start of `train` to its end; in a process that is recorded already, as by `traindx run`, it does nothing.

    `folder` defaults to a new one, named by the time, in `traindx-runs`. What the Trainer logs is recorded as well. The
    Trainer does not tell its callbacks of an error: the recording then ends with the process, or before the next `train`.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self._folder = folder
        self._recording: AbstractContextManager[Path] | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Begin."""
        self._end()  # an earlier `train` that an error stopped
        self._recording = record(given.get("model"), given.get("optimizer"), folder=self._folder)
        self._recording.__enter__()

    def on_train_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """End."""
        self._end()

    def _end(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.__exit__(None, None, None)
