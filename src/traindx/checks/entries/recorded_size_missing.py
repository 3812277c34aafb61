"""D239: an annotation records no size of its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.small_dataset import dataset_of


@check("D239", level="warning")
def recorded_size_missing(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A json or xml records no width and height of a picture, or an xml records 0.

    ## Why is this bad?
    Readers that open the picture do not need it (torchvision). Converters that divide by the recorded size stop: with
    ZeroDivisionError where it is 0, with KeyError or AttributeError where there is none.

    ## How to fix
    Write the picture's width and height.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    wrong = entries_of(dataset, "no-size")
    yield Measured("pictures without a recorded size", len(wrong), "0")
    yield from entry_findings(dataset, wrong)


def _set(kind: str) -> Dataset:
    row = {"image": 0, "label_path": "a.xml", "kind": kind, "reason": "the recorded size is 0x0"}
    return replace(dataset_of([{"path": "a.jpg"}], [{"image": 0}], rows=[row]), format="voc")


@recorded_size_missing.fires_on
def a_size_of_zero() -> Facts:
    return {"dataset": _set("no-size")}


@recorded_size_missing.quiet_on
def another_fault() -> Facts:
    return {"dataset": _set("recorded-size")}
