"""D411: cached labels that no longer match the label files; trainers see that and scan again."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D411", level="warning")
def outdated_label_cache(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A `*.cache` file beside the labels holds other labels than the files, and its hash shows it.

    ## Why is this bad?
    Ultralytics and YOLOv5 scan again, if they look at the same paths as traindx. Scripts that read the cache themselves do
    not; and in a folder that cannot be written it is never renewed.

    ## How to fix
    Delete the `*.cache` files.
    """
    if dataset.format != "yolo":
        return
    odd = of_kind(dataset, "outdated-cache")
    yield Measured("caches that hold other labels than the files", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"cache is of other labels: {o.text}")


@outdated_label_cache.fires_on
def a_cache_of_before() -> Facts:
    text = "the labels of 1 of its 6 pictures are others now, such as train/a.jpg"
    return {
        "dataset": dataset_of([{"path": "a.jpg"}], oddities=(Oddity("labels/train.cache", "outdated-cache", text),))
    }


@outdated_label_cache.quiet_on
def no_cache() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
