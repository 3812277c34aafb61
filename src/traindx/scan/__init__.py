"""Files in, `Dataset` out: the scan reads each picture and each label file once and writes nothing near them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from traindx.core.dataset import Dataset, Depth, Pictures
from traindx.scan.cache import Cache
from traindx.scan.formats import reader_of
from traindx.scan.measuring import Progress, Store, Work, local, measured
from traindx.scan.memory import keep_freed_memory
from traindx.scan.mirror import is_url, mirrored
from traindx.scan.shards import Engine


@dataclass(frozen=True)
class ScanOptions:
    """How to scan. The result does not depend on `workers` (default: one per core), `engine` or `cache`.

    `depth`: `full` decodes every picture, `quick` reads headers and labels, `labels` opens no picture.
    `pictures`: the folder of the pictures, where it is not one of the usual ones (COCO, VOC).
    `cache`: what an earlier scan measured of unchanged pictures is used, and kept for the next.
    `started`: the folder in which the training is started, where it is not the working directory.
    """

    depth: Depth = "full"
    workers: int | None = None
    engine: Engine = "threads"
    pictures: str | None = None
    cache: bool = True
    started: Path | None = None


def scan(data: str | Path, options: ScanOptions | None = None, *, progress: Progress | None = None) -> Dataset:
    """The dataset at `data`: a data.yaml, a COCO json, or the folder of a YOLO, COCO, VOC or class-folder dataset.

    `data` may be a URL that fsspec reads (`s3://bucket/set/data.yaml`): pictures are then fetched as they are measured.
    `progress` is called with the pictures done and their total. No file of the dataset is written, nothing is downloaded
    or executed. Raises `TraindxError` if `data` is no dataset.
    """
    start = time.perf_counter()
    keep_freed_memory()
    chosen = options or ScanOptions()
    text = str(data)
    if is_url(text):
        with mirrored(text) as (mirror, place):
            pictures = mirror.below(chosen.pictures) if chosen.pictures else None
            dataset = mirror.renamed(_scanned(Path(place), pictures, mirror.store(), text, chosen, progress))
    else:
        path = Path(text.removeprefix("file://"))
        dataset = _scanned(path, chosen.pictures, local(), known_as(data), chosen, progress)
        if chosen.depth == "full" and (dataset.images.orientation > 1).any():
            from traindx.scan.frames import frame_scores  # it needs Pillow, which is slow to import

            dataset = replace(dataset, turned=frame_scores(dataset))
    return replace(dataset, depth=chosen.depth, seconds=time.perf_counter() - start)


def known_as(data: str | Path) -> str:
    """The name of the dataset at `data` in the cache: its URL or absolute path."""
    text = str(data)
    return text if is_url(text) else str(Path(text.removeprefix("file://")).absolute())


def _scanned(
    data: Path, pictures: str | None, store: Store, name: str, options: ScanOptions, progress: Progress | None
) -> Dataset:
    """`name` is that of the dataset in the cache, which is for what takes longer than to look it up."""
    work = Work(options.depth, options.engine, options.workers, progress)
    worthwhile = options.depth == "full" or (options.depth == "quick" and store.far)

    def measure(paths: Sequence[str]) -> Pictures:
        return measured(store, paths, work, Cache(name, options.depth) if options.cache and worthwhile else None)

    return reader_of(data, pictures, options.started)(measure)
