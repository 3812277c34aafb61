"""Files in, `Dataset` out: the scan reads each picture and each label file once and writes nothing near them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.scan.cache import Cache
from traindx.scan.formats import reader_of
from traindx.scan.measuring import Depth, Progress, Work, local, measured
from traindx.scan.pictures import Pictures
from traindx.scan.shards import Engine


@dataclass(frozen=True)
class Options:
    """How to scan. The result does not depend on `workers` (default: one per core), `engine` or `cache`.

    `depth`: `full` decodes every picture, `quick` reads headers and labels, `labels` opens no picture.
    `pictures`: the folder of the pictures, where it is not one of the usual ones (COCO, VOC).
    `cache`: what an earlier scan measured of unchanged pictures is used, and kept for the next.
    """

    depth: Depth = "full"
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
    work = Work(chosen.depth, chosen.engine, chosen.workers, progress)
    cached = chosen.cache and chosen.depth == "full"

    def measure(paths: Sequence[str]) -> Pictures:
        return measured(local(), paths, work, Cache(str(Path(data).absolute()), chosen.depth) if cached else None)

    dataset = reader_of(Path(data), chosen.pictures)(measure)
    return replace(dataset, depth=chosen.depth, seconds=time.perf_counter() - start)
