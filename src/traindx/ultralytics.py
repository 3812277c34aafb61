"""For Ultralytics: `traindx.ultralytics.add_to(model)` before `model.train(...)` records each training of that model."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from traindx.recorder import record

Model = TypeVar("Model")


def add_to(model: Model, folder: str | Path | None = None) -> Model:
    """Record every `model.train(...)` from its start to its end; returns `model`, an `ultralytics.YOLO` or its like.

    `folder` defaults to a new one, named by the time, in `traindx-runs`. In a process that is recorded already, as by
    `traindx run`, nothing is added. On several GPUs Ultralytics trains in processes of its own, which know no callback of
    this one: there, use `traindx run -- yolo ...` or `traindx run -- python ...`.
    """
    running: list[AbstractContextManager[Path]] = []

    def begins(trainer: Any) -> None:
        ends(trainer)  # an earlier training that an error stopped
        running.append(record(folder=folder))
        running[0].__enter__()

    def ends(trainer: Any) -> None:  # called in a `finally`, while an error is on its way
        while running:
            running.pop().__exit__(*sys.exc_info())

    adder: Any = model
    adder.add_callback("on_pretrain_routine_start", begins)
    adder.add_callback("teardown", ends)
    return model
