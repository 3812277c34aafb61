"""Files in, `Dataset` out: the scan reads each picture and each label file once and writes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.scan.measure import PictureFacts, measure
from traindx.scan.settings import find_settings
from traindx.scan.shards import over_shards
from traindx.scan.yolo import read_yolo

Progress = Callable[[int, int], None]


def scan(data: str | Path, *, workers: int | None = None, progress: Progress | None = None) -> Dataset:
    """The dataset at `data`: a data.yaml, or a folder that holds exactly one.

    `workers` is the number of threads that decode pictures (default: one per core); the result is the same for any.
    `progress` is called with the pictures done and their total. Nothing is written, downloaded or executed.
    Raises `TraindxError` if `data` is no dataset.
    """
    start = time.perf_counter()
    threads = workers if workers is not None else os.cpu_count() or 1

    def measure_all(paths: Sequence[str]) -> list[PictureFacts]:
        return over_shards(measure, paths, workers=max(1, threads), progress=progress)

    dataset = read_yolo(find_settings(Path(data)), measure_all)
    return replace(dataset, seconds=time.perf_counter() - start)
