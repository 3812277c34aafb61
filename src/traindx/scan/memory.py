"""Has the C library keep the memory of arrays that are gone for the next ones."""

from __future__ import annotations

import numpy as np

LARGEST = 31 << 20
"""Bytes. glibc follows the largest block that was freed, up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD)."""


def keep_freed_memory() -> None:
    """Free one large block, which is never touched: glibc then keeps freed memory, up to twice its size.

    Otherwise it gives each large array back to the system, which has to clear every page of the next one: a third of all page
    faults of an examination, and a third of the time that the looks of pictures take. Nothing elsewhere.
    """
    np.empty(LARGEST, dtype=np.uint8)
