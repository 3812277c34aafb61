"""A planted fault: writes one file, and says which check should fail, and what place it should name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from bench.checkpoint_faults.trained import Content, fresh

Write = Callable[[Path], Path]


@dataclass(frozen=True)
class Fault:
    """`write` puts it into a folder and returns the path to examine; `place` is text that the finding's place or message holds."""

    name: str
    code: str
    place: str
    write: Write


FAULTS: list[Fault] = []


def fault(code: str, place: str) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a function that writes one."""

    def register(write: Write) -> Write:
        FAULTS.append(Fault(write.__name__, code, place, write))
        return write

    return register


def save(folder: Path, content: Any, name: str = "last.pt", **how: Any) -> Path:
    """Write it as torch does."""
    torch.save(content, folder / name, **how)
    return folder / name


def changed(folder: Path, change: Callable[[Content], object], **settings: Any) -> Path:
    """A whole checkpoint with one thing changed in it."""
    content = fresh(**settings)
    change(content)
    return save(folder, content)
