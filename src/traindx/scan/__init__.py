"""Files in, `Dataset` out: the scan reads each picture and each label file once and writes nothing near them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from traindx.core.dataset import Dataset
from traindx.scan.formats import reader_of
from traindx.scan.measure import measure
from traindx.scan.pictures import Pictures, joined
from traindx.scan.shards import over_shards

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """How to scan. The result does not depend on `workers` (default: one per core), `engine` or `cache`.

    `depth`: `full` decodes every picture, `quick` reads headers and labels, `labels` opens no picture.
    `pictures`: the folder of the pictures, where it is not one of the usual ones (COCO, VOC).
    `cache`: what an earlier scan measured of unchanged pictures is used, and kept for the next.
    """

    depth: Literal["full", "quick", "labels"] = "full"
    workers: int | None = None
    engine: Literal["threads", "processes", "ray"] = "threads"
    pictures: str | None = None
    cache: bool = True


def scan(data: str | Path, options: Options | None = None, *, progress: Progress | None = None) -> Dataset:
    """The dataset at `data`: a data.yaml, a COCO json, or the folder of a YOLO, COCO, VOC or class-folder dataset.

    `progress` is called with the pictures done and their total. No file of the dataset is written, nothing is downloaded
    or executed. Raises `TraindxError` if `data` is no dataset.
    """
    start = time.perf_counter()
    chosen = options or Options()
    threads = chosen.workers if chosen.workers is not None else os.cpu_count() or 1

    def measure_all(paths: Sequence[str]) -> Pictures:
        return joined(over_shards(measure, paths, workers=max(1, threads), progress=progress))

    dataset = reader_of(Path(data), chosen.pictures)(measure_all)
    return replace(dataset, depth=chosen.depth, seconds=time.perf_counter() - start)
