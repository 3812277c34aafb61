"""What the numbers of a saved tensor are like, read from its bytes in pieces: finite or not, all the same, lowest, highest."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from traindx.core.checkpoint import Tensor

PIECE = 2**20
"""Values looked at together: some megabytes, whatever the tensor's size."""

SHORT = 65_536
"""Tensors up to this many values have their lowest and highest looked for: statistics and biases, not matrices."""

BITS: dict[str, tuple[str, int]] = {
    "float64": ("<u8", 0x7FF0000000000000),
    "float32": ("<u4", 0x7F800000),
    "float16": ("<u2", 0x7C00),
    "bfloat16": ("<u2", 0x7F80),
    "float8_e5m2": ("u1", 0x7C),
    "float8_e4m3fn": ("u1", 0x7F),
}
"""Of each floating type the integer of its width and the bits that are all set in NaN and infinities (IEEE 754; for the eight
bit types arXiv:2209.05433, where e4m3fn has one NaN and no infinity)."""

KINDS = {
    "int64": "<i8", "int32": "<i4", "int16": "<i2", "int8": "i1", "uint8": "u1", "bool": "?",
    "uint16": "<u2", "uint32": "<u4", "uint64": "<u8", "float64": "<f8", "float32": "<f4", "float16": "<f2",
}  # fmt: skip


class Raw(NamedTuple):
    """The bytes of a tensor as they lie in the file (a view that overlaps others holds what it spans); `stride` None: in rows."""

    data: NDArray[np.uint8]
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...] | None = None


def width(dtype: str) -> int | None:
    """Bytes of one value; None for a type that is not known here."""
    kind = BITS[dtype][0] if dtype in BITS else KINDS.get(dtype)
    return None if kind is None else np.dtype(kind).itemsize


def tensor_of(name: str, raw: Raw) -> Tensor:
    """The tensor with what its numbers are like."""
    if raw.dtype in BITS:
        return _floating(name, raw)
    values = raw.data.view(KINDS[raw.dtype]) if raw.dtype in KINDS else raw.data[:0]
    short = 0 < len(values) <= SHORT
    low, high = (float(values.min()), float(values.max())) if short else (None, None)
    return Tensor(name, raw.shape, raw.dtype, 0, low if short and low == high else None, low, high)


def _floating(name: str, raw: Raw) -> Tensor:
    kind, mask = BITS[raw.dtype]
    bits = raw.data.view(kind)
    pieces = [_sizes(bits[at : at + PIECE], mask) for at in range(0, len(bits), PIECE)]
    bad = sum(count for count, _ in pieces)
    most = np.array([max((size for _, size in pieces), default=0)], dtype=bits.dtype)
    largest = None if bad or not len(bits) else float(floats(most, raw.dtype)[0])
    low = high = None
    same = len(bits) > 0 and all(_same(bits[at : at + PIECE], bits[0]) for at in range(0, len(bits), PIECE))
    if 0 < len(bits) <= SHORT and not bad:
        values = floats(bits, raw.dtype)
        low, high = float(values.min()), float(values.max())
    constant = float(floats(bits[:1], raw.dtype)[0]) if same and not bad else low if low == high else None
    return Tensor(name, raw.shape, raw.dtype, bad, constant, low, high, largest)


def _sizes(bits: NDArray[Any], mask: int) -> tuple[int, int]:
    """How many values are not finite, and the largest without its sign as bits, whose order is that of positive floats."""
    sizes = bits & bits.dtype.type(2 ** (8 * bits.itemsize - 1) - 1)
    largest = int(sizes.max()) if len(sizes) else 0
    return (int(np.count_nonzero(sizes >= mask)) if largest >= mask else 0), largest


def _same(bits: NDArray[Any], first: Any) -> bool:
    return bool((bits[:64] == first).all()) and bool((bits == first).all())


def floats(bits: NDArray[Any], dtype: str) -> NDArray[Any]:
    """Values of a floating type from their bits; of eight bits each, with their rounding."""
    if dtype == "bfloat16":
        return (bits.astype("<u4") << 16).view("<f4")
    if dtype == "float8_e5m2":
        return (bits.astype("<u2") << 8).view("<f2").astype("<f4")
    if dtype == "float8_e4m3fn":
        exponent, fraction = (bits >> 3) & 15, (bits & 7) / 8.0
        size = np.where(exponent == 0, fraction * 2.0**-6, (1 + fraction) * 2.0 ** (exponent.astype(int) - 7))
        return np.where(bits >> 7, -size, size).astype("<f4")
    return bits.view(KINDS[dtype])


def distance(pairs: list[tuple[Raw, Raw]]) -> float | None:
    """How far the first of each pair are from the second, together: |a - b| / |b|. None where nothing can be compared."""
    apart = size = 0.0
    for one, other in pairs:
        if one.dtype not in BITS or other.dtype not in BITS or one.shape != other.shape:
            continue
        a, b = (floats(r.data.view(BITS[r.dtype][0])[:PIECE], r.dtype).astype(np.float64) for r in (one, other))
        if len(a) == len(b) and np.isfinite(a).all() and np.isfinite(b).all():
            apart += float(((a - b) ** 2).sum())
            size += float((b**2).sum())
    return math.sqrt(apart / size) if size else None
