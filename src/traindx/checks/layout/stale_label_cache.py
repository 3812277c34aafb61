"""D410: cached labels that no longer match the label files and that trainers use all the same."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D410", level="error")
def stale_label_cache(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A `*.cache` file beside the labels holds other labels than the files, and its hash says that it is fresh.

    Trainers tell by a hash: Ultralytics 8.4 of paths, sizes and modification times; YOLOv5 and older Ultralytics of paths
    and the sum of all sizes, so that a class id changed from 0 to 1 goes unnoticed. Both hashes are computed here, and the
    cache's labels are compared with the files; nothing in the cache is executed. Caches above 8 MB are not read.

    ## Why is this bad?
    The training uses the labels of then: a correction of the labels has no effect.

    ## How to fix
    Delete the `*.cache` files.
    """
    if dataset.format != "yolo":
        return
    odd = of_kind(dataset, "stale-cache")
    yield Measured("caches that hold other labels and count as fresh", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"cache counts as fresh and is not: {o.text}")


@stale_label_cache.fires_on
def a_changed_class_id() -> Facts:
    text = "the labels of 1 of its 6 pictures are others now, such as train/a.jpg"
    return {"dataset": dataset_of([{"path": "a.jpg"}], oddities=(Oddity("labels/train.cache", "stale-cache", text),))}


@stale_label_cache.quiet_on
def no_cache() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
