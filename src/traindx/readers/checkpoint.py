"""A checkpoint as a log: Ultralytics keeps all epochs and settings in last.pt and best.pt, own loops their lists of losses.

The file is not loaded: its pickle is read opcode by opcode, nothing that it names is imported or called.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from traindx.core.cause import Framework
from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.pickled import plain_values
from traindx.core.setup import Setup
from traindx.errors import TraindxError
from traindx.readers import ultralytics
from traindx.readers.json_history import rows_in
from traindx.readers.reader import Reader
from traindx.readers.table import as_shares

SUFFIXES = (".pt", ".pth", ".ckpt")
INSIDE = ("weights/last.pt", "weights/best.pt")
MAX_BYTES = 2**24
"""A larger index is not read: that of a model of 100 million weights has less than a megabyte."""


def read_checkpoint(path: Path) -> Facts | None:
    """`history` and, where the checkpoint holds settings, `setup`; None if the path is no checkpoint.

    Raises `TraindxError` for a file that cannot be read, or that holds weights and no history.
    """
    file = next((p for name in INSIDE if (p := path / name).is_file()), path)
    if not file.is_file() or file.suffix not in SUFFIXES:
        return None
    held = _content(file)
    results = held.get("train_results")
    rows, notes = rows_in(results if isinstance(results, dict) else held)
    rows, scaled = as_shares(rows)
    if not rows:
        raise TraindxError(f"{file} holds weights{_until(held)} and no history", "", _log_near(file))
    given = held.get("train_args", held.get("hyper_parameters"))
    settings = {str(k): v for k, v in given.items()} if isinstance(given, dict) else {}
    plan = ultralytics.plan_of(settings)
    tool = "Ultralytics" if isinstance(results, dict) else "a checkpoint"
    history = history_of(rows, source=str(file), tool=tool, notes=[*notes, *scaled], **plan)
    framework: Framework = "ultralytics" if isinstance(results, dict) else "pytorch"
    return {"history": history} | ({"setup": Setup((), str(file.parent), framework, settings)} if settings else {})


CHECKPOINT = Reader(
    "checkpoints", "a .pt, .pth or .ckpt with its history, as Ultralytics writes it", read_checkpoint, 80
)


def _content(file: Path) -> Mapping[str, Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            index = next((e for e in archive.infolist() if e.filename.rpartition("/")[2] == "data.pkl"), None)
            if index is None or index.file_size > MAX_BYTES:
                raise TraindxError(f"{file} holds no data.pkl of a checkpoint", "", "give a file that torch.save wrote")
            held = plain_values(archive.read(index))
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise TraindxError(f"{file} is no checkpoint: {error}", "", "give a file that torch.save wrote") from error
    return held if isinstance(held, dict) else {}


def _until(held: Mapping[str, Any]) -> str:
    epoch = held.get("epoch")
    return f" of epoch {epoch}" if isinstance(epoch, int) and epoch >= 0 else ""


def _log_near(file: Path) -> str:
    """The log that lies in a folder above, as Lightning keeps it: version_0/metrics.csv beside version_0/checkpoints."""
    near = [
        p for folder in file.parents[:3] for name in ("metrics.csv", "results.csv") if (p := folder / name).is_file()
    ]
    return f"its log is {near[0]}" if near else "name the run's folder or its log"
