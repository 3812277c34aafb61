"""Where each value of a column stands, found in one sort however many values there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Floats, Ints


def by_value(column: Ints | Floats) -> Iterator[tuple[float, Ints]]:
    """Every value of the column, ascending, with the indices at which it stands, ascending."""
    order = np.argsort(_codes(column), kind="stable")
    values = column[order]
    starts = np.flatnonzero(values[1:] != values[:-1]) + 1
    for index in np.split(order, starts) if len(order) else ():
        yield float(column[index[0]]), index


def _codes(column: Ints | Floats) -> NDArray[Any]:
    """The column, as small integers where it holds nothing else: those are sorted without comparing them."""
    if len(column) and column.min() >= 0 and column.max() < 2**16:
        small = column.astype(np.uint16)
        if (small == column).all():
            return small
    return column
