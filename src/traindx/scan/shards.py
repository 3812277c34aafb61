"""Runs a pure function over shards of a list, in threads; the result does not depend on how many."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SHARD = 32
"""Pictures per shard: about 30 ms of decoding, so that progress moves and threads stay busy. A guess."""


def over_shards(
    function: Callable[[Sequence[Item]], Result],
    items: Sequence[Item],
    *,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """`function` of each shard, in the order of `items`; `progress` gets items done and their total.

    Decoders release the interpreter's lock, so that threads scale with the cores.
    """
    shards = [items[i : i + SHARD] for i in range(0, len(items), SHARD)]
    results: list[Result] = []
    finished = 0
    # Pillow warns of large pictures through `warnings`, whose filters belong to the process: set here, once, for all threads.
    with warnings.catch_warnings(), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore")
        for shard, result in zip(shards, pool.map(function, shards), strict=True):
            results.append(result)
            finished += len(shard)
            if progress is not None:
                progress(finished, len(items))
    return results
