"""The index of hashes finds what comparing all pairs finds, and its bit count agrees with the processor's."""

from __future__ import annotations

import numpy as np
import pytest

from traindx.core import hamming
from traindx.core.hamming import Index, ones_without_instruction

LIMIT = 10


def hashes(n: int, seed: int = 0) -> np.ndarray:
    """Random hashes; every tenth is an earlier one with up to 14 bits changed."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 1 << 63, n, dtype=np.uint64) * np.uint64(2) + rng.integers(0, 2, n, dtype=np.uint64)
    for i in range(10, n, 10):
        changed = rng.choice(64, int(rng.integers(0, 15)), replace=False)
        made[i] = made[i // 2] ^ np.uint64(sum(1 << int(b) for b in changed))
    return made


def by_index(made: np.ndarray, limit: int) -> set[tuple[int, int]]:
    index = Index(made)
    found = (pair for flips in range(limit // 4 + 1) for pair in index.pairs(made, flips, limit))
    return {(int(a), int(b)) for query, member in found for a, b in zip(query, member, strict=True) if a < b}


@pytest.mark.parametrize("limit", [3, 7, LIMIT])
def test_the_index_misses_no_pair_and_invents_none(limit: int) -> None:
    made = hashes(600)
    a, b = np.triu_indices(len(made), 1)
    near = hamming.hamming(made[a], made[b]) <= limit
    assert by_index(made, limit) == set(zip(a[near].tolist(), b[near].tolist(), strict=True))
    assert near.sum() > 10


def test_pieces_of_any_size_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = hashes(300)
    whole = by_index(made, LIMIT)
    monkeypatch.setattr(hamming, "CHUNK", 7)
    assert by_index(made, LIMIT) == whole


def test_a_crowd_of_equal_hashes_is_cut_short() -> None:
    made = np.full(5000, 12345, dtype=np.uint64)
    pairs = sum(len(query) for query, _ in Index(made).pairs(made, 0, LIMIT))
    assert pairs == 4 * 5000 * hamming.CROWD


def test_bits_are_counted_alike_with_and_without_the_instruction() -> None:
    made = np.concatenate([hashes(500), np.array([0, 1, 2**64 - 1], dtype=np.uint64)])
    slow = [bin(int(h)).count("1") for h in made]
    assert ones_without_instruction(made).tolist() == slow
    assert hamming.hamming(made, np.zeros_like(made)).tolist() == slow
