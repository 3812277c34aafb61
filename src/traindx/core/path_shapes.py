"""Paths with every digit as 0: a few, where files are numbered, however many files there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Ints

_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


@dataclass(frozen=True)
class Shapes:
    """Every shape once, in the order of their first paths, and for each path which of them it has."""

    every: list[str]
    of: Ints


def shapes_of(paths: Sequence[str]) -> Shapes:
    """The shapes of paths; all are looked at as one text, unless a name holds a line break."""
    text = "\n".join(paths).encode("utf-8", "surrogatepass").translate(_DIGITS)
    lines = text.decode("utf-8", "surrogatepass").split("\n") if paths else []
    if len(lines) != len(paths):
        lines = list(paths)
    number = {line: n for n, line in enumerate(dict.fromkeys(lines))}
    return Shapes(list(number), np.fromiter(map(number.__getitem__, lines), dtype=np.int64, count=len(lines)))
