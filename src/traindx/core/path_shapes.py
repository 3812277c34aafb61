"""Paths with every digit as 0: a few, where files are numbered, however many files there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Ints

BLOCK = 4096
"""Paths looked at as one text, which stays in the processor's cache."""

_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)


@dataclass(frozen=True)
class Shapes:
    """Every shape once, in the order of their first paths, and for each path which of them it has."""

    every: list[str]
    of: Ints


def shapes_of(paths: Sequence[str]) -> Shapes:
    """The shapes of paths."""
    number: dict[str, int] = {}
    of = np.empty(len(paths), dtype=np.int64)
    for start in range(0, len(paths), BLOCK):
        lines = _zeroed(paths[start : start + BLOCK])
        for line in dict.fromkeys(lines):
            number.setdefault(line, len(number))
        of[start : start + BLOCK] = [number[line] for line in lines]
    return Shapes(list(number), of)


def _zeroed(paths: Sequence[str]) -> Sequence[str]:
    """The paths as one text with digits replaced; as they are where a name holds a line break."""
    text = "\n".join(paths).encode("utf-8", "surrogatepass").translate(_DIGITS)
    lines = text.decode("utf-8", "surrogatepass").split("\n")
    return lines if len(lines) == len(paths) else paths
