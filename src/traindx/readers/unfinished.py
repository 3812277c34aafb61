"""A run folder of Ultralytics or YOLOv5 with its settings and no result: it ended before its first epoch was over."""

from __future__ import annotations

from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.setup import Setup
from traindx.readers.reader import Reader
from traindx.readers.ultralytics import plan_of, settings_beside

NOTE = "the folder holds the run's settings and no results: it ended before its first epoch was over, or they were not kept"


def read_settings(path: Path) -> Facts | None:
    """A `history` without an epoch and the `setup`; None if the folder holds no settings of a training."""
    if not path.is_dir():
        return None
    settings = settings_beside(path / "results.csv")
    if "epochs" not in settings or not {"imgsz", "batch", "batch_size", "img_size"} & settings.keys():
        return None
    history = history_of([], source=str(path), tool="Ultralytics", notes=[NOTE], **plan_of(settings))
    return {"history": history, "setup": Setup((), str(path), "ultralytics", settings)}


UNFINISHED = Reader("Ultralytics before its first epoch", "args.yaml or opt.yaml", read_settings, 90)
