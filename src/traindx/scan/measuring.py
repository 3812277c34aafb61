"""Measures the pictures of a dataset: to the depth asked for, from the cache where it can, wherever the work is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from traindx.core.dataset import Depth, Pictures
from traindx.scan.cache import Cache, Stamp, keys_of, local_stamps
from traindx.scan.header import measure_headers
from traindx.scan.measure import measure
from traindx.scan.pictures import joined, unmeasured
from traindx.scan.shards import Engine, over_shards

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the pictures done and their total."""

SHARD = {"full": 128, "quick": 1024}
"""Pictures per shard: some 100 ms of decoding, so that progress moves and workers stay busy, and enough of one size that
their looks are computed together. A guess."""


@dataclass(frozen=True)
class Store:
    """Where pictures lie: how to name one for good, when it was changed, and what measures many of them.

    `items` are what `full` and `quick` take for the paths that the reader gave.
    """

    items: Callable[[Sequence[str]], Sequence[Any]]
    addresses: Callable[[Sequence[str]], Sequence[str]]
    stamps: Callable[[Sequence[str]], Iterator[Stamp | None]]
    full: Callable[[Sequence[Any]], Pictures]
    quick: Callable[[Sequence[Any]], Pictures]
    far: bool = False


def local() -> Store:
    """Files on this machine."""
    return Store(list, list, local_stamps, measure, measure_headers)


@dataclass(frozen=True)
class Work:
    """How to measure: to what depth, where, and who is told how far it is."""

    depth: Depth
    engine: Engine = "threads"
    workers: int | None = None
    progress: Progress | None = None

    def parts(self, store: Store, paths: Sequence[str], before: int) -> Iterator[Pictures]:
        """What is measured of the pictures, shard by shard; `before` pictures are known already."""
        workers = self.workers
        if workers is None and self.depth == "quick" and self.engine == "threads" and not store.far:
            workers = 1  # reading headers is all interpreter: threads would wait for each other
        function = store.full if self.depth == "full" else store.quick
        size, total, done = SHARD[self.depth], before + len(paths), before
        if self.progress is not None:
            self.progress(before, total)
        for part in over_shards(function, store.items(paths), size=size, workers=workers, engine=self.engine):
            yield part
            done += len(part)
            if self.progress is not None:
                self.progress(done, total)


def measured(store: Store, paths: Sequence[str], work: Work, cache: Cache | None) -> Pictures:
    """The pictures at `paths`, in order. What is measured is kept in the cache, also when it is interrupted."""
    if work.depth == "labels":
        return unmeasured(len(paths))
    if cache is None:
        return joined(list(work.parts(store, paths, 0)))
    keys = keys_of(store.addresses(paths), store.stamps(paths))
    at = cache.find(keys)
    old, new = np.flatnonzero(at >= 0), np.flatnonzero(at < 0)
    parts = [cache.known(at[old])]
    done = len(old)
    try:
        for part in work.parts(store, [paths[i] for i in new.tolist()], len(old)):
            cache.add(keys[new[done - len(old) : done - len(old) + len(part)]], part)
            done += len(part)
            parts.append(part)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"{done:,} of {len(paths):,} pictures are measured and kept for the next time"
        ) from None
    finally:
        cache.flush()
    found = joined(parts)
    if len(old):
        found = found.take(np.argsort(np.concatenate([old, new])))
    cache.finish(keys, found)
    return found
