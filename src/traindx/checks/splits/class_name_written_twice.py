"""D314: names or nc of the settings are written twice with different values."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D314", level="error")
def class_name_written_twice(dataset: Dataset) -> Iterator[Finding | Measured]:
    """`names`, one of its ids, or `nc` is written twice in the data.yaml with different values.

    ## Why is this bad?
    Readers of yaml take the last one without a word: the ids of the labels then mean other classes than the first list
    says.

    ## How to fix
    Delete the list, or the line, by which the labels were not written.
    """
    if dataset.format != "yolo":
        return
    odd = [oddity for oddity in of_kind(dataset, "yaml") if oddity.text.startswith(("`names", "`nc"))]
    yield Measured("class names written twice with different values", len(odd), "0")
    yield from oddity_findings(odd, lambda o: o.text, setting="names")


@class_name_written_twice.fires_on
def names_twice() -> Facts:
    odd = Oddity(
        "data.yaml", "yaml", "`names` is written twice: line 3 says '[a]', line 4 says '[b]', which counts", line=4
    )
    return {"dataset": dataset_of([{"path": "a.jpg"}], oddities=(odd,))}


@class_name_written_twice.quiet_on
def names_once() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
