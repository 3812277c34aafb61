"""What is told of an exception: its words, the user's own line, and the sample and file that were being read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from types import FrameType, TracebackType
from typing import Any

from traindx.recorder.source import Frames

LONGEST = 2000
"""Characters of a message that are kept: of a longer one the first third and the last two."""
EARLIER = 3
PICTURES = (".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".dcm")
TABLES = (".npy", ".npz", ".mat", ".h5", ".hdf5", ".txt", ".xml", ".json", ".csv", ".yaml", ".yml", ".pkl")
WEIGHTS = (".pt", ".pth", ".ckpt", ".bin", ".safetensors", ".tar", ".zip", ".mp4", ".avi")
FILES = frozenset((*PICTURES, *TABLES, *WEIGHTS))
"""Endings of names that are taken for the file that a sample was read from."""


def fields_of(error: BaseException, frames: Frames) -> dict[str, Any]:
    """Type, message, frames, the user's line, `from` (what it was raised from), and where known `sample`, `file` and `shapes`."""
    place, listed = frames.raised(error.__traceback__)
    fields: dict[str, Any] = {"path": place[0], "line": place[1]} if place else {}
    fields |= {"type": type(error).__name__, "message": cut(str(error)), "frames": listed}
    earlier = [{"type": type(e).__name__, "message": cut(str(e), 300)} for e in _earlier(error)]
    fields |= {"from": earlier} if earlier else {}
    shapes = _stacked(error)
    return fields | _sample_of(error, frames) | ({"shapes": shapes} if shapes else {})


def cut(text: str, longest: int = LONGEST) -> str:
    """A text of at most about `longest` characters: what an error says stands at its end where it quotes a traceback."""
    if len(text) <= longest:
        return text
    head = longest // 3
    return f"{text[:head]} ... {text[head - longest :]}"


def _earlier(error: BaseException) -> Iterator[BaseException]:
    """What the error was raised from, or while handling what, the latest first."""
    for _ in range(EARLIER):
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if before is None:
            return
        yield before
        error = before


def _sample_of(error: BaseException, frames: Frames) -> dict[str, Any]:
    """`sample`, the index that a dataset was asked for, and `file`, the name of what was being read, as far as they are seen.

    Only the frames from the dataset's (or `torch.load`'s) inwards are looked at: they are over.
    """
    found: dict[str, Any] = {}
    name = getattr(error, "filename", None)
    reading: list[FrameType] = []
    for frame in _frames(error.__traceback__):
        code = frame.f_code
        if code.co_name == "__getitem__" and frames.is_outside(code.co_filename) and "sample" not in found:
            index = frame.f_locals.get(code.co_varnames[1]) if code.co_argcount > 1 else None
            found |= {"sample": int(index)} if isinstance(index, int) else {}
            reading = [frame]
        elif reading or (
            code.co_name == "load" and PurePath(code.co_filename).parts[-2:] == ("torch", "serialization.py")
        ):
            reading.append(frame)
    if not isinstance(name, (str, PurePath)):
        names = (name for frame in reversed(reading) for value in frame.f_locals.values() if (name := _file(value)))
        name = next(names, None)
    if name:
        found |= {"file": frames.place(str(name))[:500], "there": Path(name).exists()}
    return found


def _stacked(error: BaseException) -> list[list[int]]:
    """The shapes of the tensors that a loader tried to stack, each once."""
    found: list[list[int]] = []
    for frame in _frames(error.__traceback__):
        batch = frame.f_locals.get("batch") if frame.f_code.co_filename.endswith("collate.py") else None
        if isinstance(batch, (list, tuple)) and all(
            type(t).__module__ == "torch" and hasattr(t, "shape") for t in batch
        ):
            found = [
                shape for n, t in enumerate(batch) if (shape := list(t.shape)) not in [list(b.shape) for b in batch[:n]]
            ]
    return found[:4]


def _file(value: Any) -> str | None:
    """A value as the name of a file: text or a path with an ending that files of samples have, or Pillow's open picture."""
    if type(value).__module__.startswith("PIL."):
        value = vars(value).get("filename")
    if type(value) is str or isinstance(value, PurePath):
        text = str(value)
        return text if len(text) < 500 and PurePath(text).suffix.lower() in FILES else None
    return None


def _frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next
