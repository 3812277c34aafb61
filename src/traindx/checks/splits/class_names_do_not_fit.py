"""D304: the number of classes and their names disagree in the settings."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D304", level="error")
def class_names_do_not_fit(dataset: Dataset) -> Iterator[Finding | Measured]:
    """`nc` is not the number of names, or the names' ids are not 0..n-1.

    ## Why is this bad?
    Ultralytics stops before the first step. Readers that take `nc` build a model with too few or too many outputs.

    ## How to fix
    Delete `nc`, which the names make superfluous, and number the names from 0 without gaps.
    """
    n, nc = len(dataset.names), dataset.settings.get("nc")
    yield Measured("names of classes", n, "as many as `nc` says")
    if isinstance(nc, (int, float)) and nc != n:
        yield Finding(_place(dataset, "nc"), f"nc is {nc:g} and there are {n} names, should be equal")
    beyond = [i for i in dataset.names if not 0 <= i < n]
    if beyond and dataset.format == "yolo":
        ids = f"{min(dataset.names)}..{max(dataset.names)}"
        yield Finding(_place(dataset, "names"), f"the ids of {n} names run {ids}, should run 0..{n - 1}")


def _place(dataset: Dataset, key: str) -> Place:
    return Place(path=dataset.source_path, line=dataset.settings_lines.get(key), setting=key)


@class_names_do_not_fit.fires_on
def more_classes_than_names() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"nc": 3})}


@class_names_do_not_fit.quiet_on
def as_many_classes_as_names() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"nc": 2})}


@class_names_do_not_fit.quiet_on
def names_alone() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
