"""Checkpoints as facts: a file that torch.save or safetensors wrote, or a folder of several, read without unpickling."""

from __future__ import annotations

from pathlib import Path

from traindx.core.checkpoint import Checkpoint
from traindx.errors import TraindxError
from traindx.inspect.checkpoint.folder import SUFFIXES, newest_in, read_folder
from traindx.inspect.checkpoint.reading import read_file

__all__ = ["is_checkpoint", "read_checkpoint"]


def is_checkpoint(data: str | Path) -> bool:
    """Whether a path is a file or folder of weights, by its name and what lies in it; no dataset is taken for one."""
    path = Path(data)
    if path.is_dir():
        return newest_in(path) is not None
    return path.name.endswith(SUFFIXES) and "://" not in str(data)


def read_checkpoint(data: str | Path) -> Checkpoint:
    """The checkpoint at a path; of a folder with several the newest. Raises `TraindxError` if it cannot be read."""
    path = Path(data)
    if path.is_dir():
        newest = newest_in(path)
        if newest is None:
            raise TraindxError(f"{path} holds no checkpoint", "", f"name a file that ends in {', '.join(SUFFIXES)}")
        path = newest
    if path.is_dir():
        return read_folder(path)
    if not path.is_file():
        raise TraindxError(f"{path}: no such file", "", "name the file that the training wrote")
    return read_file(path)
