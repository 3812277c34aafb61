"""Where each value of a column stands, found in one sort however many values there are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.dataset import Floats, Ints


def by_value(column: Ints | Floats) -> Iterator[tuple[float, Ints]]:
    """Every value of the column, ascending, with the indices at which it stands, ascending."""
    order = np.argsort(column, kind="stable")
    starts = np.flatnonzero(np.diff(column[order], prepend=np.nan))
    for index in np.split(order, starts[1:]) if len(order) else ():
        yield float(column[index[0]]), index
