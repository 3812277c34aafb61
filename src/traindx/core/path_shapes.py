"""Paths with every digit as 0: a few, where files are numbered, however many files there are."""

from __future__ import annotations

from collections import defaultdict
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
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__  # a shape that is new gets the next number
    of = np.empty(len(paths), dtype=np.int64)
    for start in range(0, len(paths), BLOCK):
        lines = _zeroed(paths[start : start + BLOCK])
        of[start : start + BLOCK] = number[lines[0]] if len(lines) == 1 else [number[line] for line in lines]
    return Shapes(list(number), of)


def _zeroed(paths: Sequence[str]) -> Sequence[str]:
    """The paths with digits replaced, as one text; one alone where all are alike; as they are where one holds a line break."""
    text = "\n".join(paths).encode("utf-8", "surrogatepass").translate(_DIGITS)
    first = text.partition(b"\n")[0]
    if text == b"\n".join([first] * len(paths)):
        return [first.decode("utf-8", "surrogatepass")]
    lines = text.decode("utf-8", "surrogatepass").split("\n")
    return lines if len(lines) == len(paths) else paths
