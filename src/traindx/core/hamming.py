"""Pairs of 64-bit hashes that differ in few bits: an index by bands, in bounded memory, for a million hashes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.dataset import Hashes, Ints

BANDS = 4
WIDTH = 64 // BANDS

CHUNK = 1 << 20
"""Candidate pairs that are compared at a time, at some 40 bytes each. A guess."""

CROWD = 512
"""Hashes of one bucket that a query is compared with at most. A bucket holds n / 65,536 hashes by chance; a larger one is of
pictures that are all alike, of which one is enough. A guess."""


def hamming(a: Hashes, b: Hashes) -> NDArray[np.uint8]:
    """The number of bits in which a and b differ."""
    bits = np.bitwise_xor(a, b)
    count: Any = getattr(np, "bitwise_count", None)
    return np.asarray(count(bits)) if count is not None else ones_without_instruction(bits)


def ones_without_instruction(bits: Hashes) -> NDArray[np.uint8]:
    """The number of ones in each of `bits`, for numpy below 2.0 (Warren, Hacker's Delight, section 5-1)."""
    of = np.uint64
    x = bits - ((bits >> of(1)) & of(0x5555555555555555))
    x = (x & of(0x3333333333333333)) + ((x >> of(2)) & of(0x3333333333333333))
    x = (x + (x >> of(4))) & of(0x0F0F0F0F0F0F0F0F)
    return np.asarray(np.right_shift(x * of(0x0101010101010101), of(56)), dtype=np.uint8)


class Index:
    """Hashes, sorted by each of four bands of 16 bits (multi-index hashing: Norouzi, Punjani and Fleet 2012).

    Two hashes that differ in at most 4 r + 3 bits agree in some band but for r bits: looking up every query's band with up
    to r bits changed misses none. `pairs` yields those of one r.
    """

    def __init__(self, hashes: Hashes) -> None:
        bands = [_band(hashes, band) for band in range(BANDS)]
        self._orders = [np.argsort(band, kind="stable").astype(np.int32) for band in bands]
        self._sorted = [hashes[order] for order in self._orders]
        counts = [np.bincount(band, minlength=1 << WIDTH) for band in bands]
        self._starts = [np.concatenate([[0], np.cumsum(count)]).astype(np.int32) for count in counts]

    def pairs(self, queries: Hashes, flips: int, limit: int) -> Iterator[tuple[Ints, Ints]]:
        """Pairs (query, member) that differ in at most `limit` bits, and in exactly `flips` bits of some band.

        Indices into `queries` and into the index's hashes, in bounded pieces. A pair may come up once for each band.
        """
        masks = [sum(1 << bit for bit in bits) for bits in combinations(range(WIDTH), flips)]
        for band in range(BANDS):
            own = _band(queries, band)
            asked = np.argsort(own, kind="stable").astype(np.int32)  # neighbours look into the same memory
            own, hashes, starts = own[asked], queries[asked], self._starts[band]
            for mask in masks:
                bucket = (own ^ np.uint16(mask)).astype(np.int32)
                first = starts[bucket]
                count = np.minimum(starts[bucket + 1] - first, CROWD)
                for part in _pieces(np.flatnonzero(count), count):
                    query, place = self._near(hashes[part], first[part], count[part], band, limit)
                    if len(query):
                        yield asked[part[query]].astype(np.int64), self._orders[band][place].astype(np.int64)

    def _near(
        self, queries: Hashes, first: NDArray[np.int32], count: NDArray[np.int32], band: int, limit: int
    ) -> tuple[Ints, NDArray[np.int32]]:
        """Of each query's bucket, which starts at `first` and has `count` members, those within `limit`."""
        ends = np.cumsum(count, dtype=np.int32)
        place = np.arange(ends[-1], dtype=np.int32) + np.repeat(first - ends + count, count)
        near = np.flatnonzero(hamming(np.repeat(queries, count), self._sorted[band][place]) <= limit)
        return np.searchsorted(ends, near, side="right"), place[near]


def _band(hashes: Hashes, band: int) -> NDArray[np.uint16]:
    return np.asarray(np.right_shift(hashes, np.uint64(band * WIDTH)), dtype=np.uint16)


def _pieces(hit: Ints, count: NDArray[np.int32]) -> Iterator[Ints]:
    """`hit` cut into pieces whose counts sum up to about `CHUNK`."""
    if len(hit):
        total = np.cumsum(count[hit], dtype=np.int64)
        cuts = np.searchsorted(total, np.arange(CHUNK, total[-1], CHUNK))
        yield from (piece for piece in np.split(hit, np.unique(cuts)) if len(piece))
