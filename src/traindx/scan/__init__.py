"""Files in, `Dataset` out: the scan reads each picture and each label file once and writes nothing near them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from traindx.core.dataset import Dataset
from traindx.scan.formats import reader_of
from traindx.scan.header import measure_headers
from traindx.scan.measure import measure
from traindx.scan.pictures import Pictures, joined, unmeasured
from traindx.scan.shards import Engine, over_shards

Progress = Callable[[int, int], None]

SHARD = 32
"""Pictures per shard: about 30 ms of decoding, so that progress moves and workers stay busy. A guess."""

QUICK_SHARD = 1024
"""Pictures per shard when only headers are read, for the same 30 ms. Threads do not help there: the interpreter is the limit."""


@dataclass(frozen=True)
class Options:
    """How to scan. The result does not depend on `workers` (default: one per core), `engine` or `cache`.

    `depth`: `full` decodes every picture, `quick` reads headers and labels, `labels` opens no picture.
    `pictures`: the folder of the pictures, where it is not one of the usual ones (COCO, VOC).
    `cache`: what an earlier scan measured of unchanged pictures is used, and kept for the next.
    """

    depth: Literal["full", "quick", "labels"] = "full"
    workers: int | None = None
    engine: Engine = "threads"
    pictures: str | None = None
    cache: bool = True


def scan(data: str | Path, options: Options | None = None, *, progress: Progress | None = None) -> Dataset:
    """The dataset at `data`: a data.yaml, a COCO json, or the folder of a YOLO, COCO, VOC or class-folder dataset.

    `progress` is called with the pictures done and their total. No file of the dataset is written, nothing is downloaded
    or executed. Raises `TraindxError` if `data` is no dataset.
    """
    start = time.perf_counter()
    chosen = options or Options()
    dataset = reader_of(Path(data), chosen.pictures)(lambda paths: _measured(paths, chosen, progress))
    return replace(dataset, depth=chosen.depth, seconds=time.perf_counter() - start)


def _measured(paths: Sequence[str], options: Options, progress: Progress | None) -> Pictures:
    """What the depth asks for of each picture, in order."""
    if options.depth == "labels":
        return unmeasured(len(paths))
    function, size, workers = measure, SHARD, options.workers
    if options.depth == "quick":
        function, size = measure_headers, QUICK_SHARD
        workers = options.workers or (1 if options.engine == "threads" else None)
    parts = []
    done = 0
    for part in over_shards(function, paths, size=size, workers=workers, engine=options.engine):
        parts.append(part)
        done += len(part)
        if progress is not None:
            progress(done, len(paths))
    return joined(parts)
