"""For Lightning: `Trainer(callbacks=[traindx.lightning.Callback()])` records each `fit`, without `traindx run`."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from traindx.recorder import record
from traindx.recorder.place import new_folder

if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning.callbacks import Callback as _Base
else:
    from lightning.pytorch.callbacks import Callback as _Base

SHARED = "TRAINDX_LIGHTNING_FOLDER"
"""Tells the processes that Lightning starts, by running the script again, where the first one records."""


class Callback(_Base):  # type: ignore[misc,unused-ignore]
    """Records from the start of `fit` to its end; in a process that is recorded already, as by `traindx run`, it does nothing.

    `folder` defaults to a new one, named by the time, in `traindx-runs`; a second `fit` goes to the same name with -2.
    On several devices each process records its rank. What is logged with `self.log` is recorded as well.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        super().__init__()
        self.folder = Path(folder) if folder is not None else _shared_folder()
        self._fits = 0
        self._recording: AbstractContextManager[Path] | None = None

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Begin, before the optimizers are made."""
        if stage == "fit" and self._recording is None:
            self._fits += 1
            again = "" if self._fits == 1 else f"-{self._fits}"
            self._recording = record(folder=self.folder.with_name(self.folder.name + again))
            self._recording.__enter__()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End, with the error that stopped the training."""
        self._end(exception)

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """End."""
        self._end(None)

    def _end(self, error: BaseException | None) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            traceback = None if error is None else error.__traceback__
            recording.__exit__(None if error is None else type(error), error, traceback)

    def __getstate__(self) -> dict[str, Any]:
        """Without the recording: Lightning may send its callbacks to other processes."""
        return {**vars(self), "_recording": None}


def _shared_folder() -> Path:
    if os.environ.get("LOCAL_RANK") not in (None, "0") and SHARED in os.environ:
        return Path(os.environ[SHARED])
    folder = new_folder().resolve()
    os.environ[SHARED] = str(folder)
    return folder
