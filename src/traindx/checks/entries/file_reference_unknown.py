"""D237: an annotation names a picture that no picture of the set is called like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.picture_names import stems
from traindx.core.small_dataset import dataset_of


@check("D237", level="warning")
def file_reference_unknown(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The `<filename>` of an xml is that of no picture of the set.

    Most often pictures and xml were renamed together and the element kept the old name.

    ## Why is this bad?
    Readers that go by the xml's name do not notice. Those that go by `<filename>` find no picture: they stop, or leave it
    out without a word.

    ## How to fix
    Write the picture's own name into `<filename>`.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    known = stems(dataset)
    rows = dataset.rows
    wrong = [i for i in entries_of(dataset, "wrong-reference") if str(rows.text[i]).rpartition(".")[0] not in known]
    yield Measured("annotations that name no picture of the set", len(wrong), f"0 of {len(dataset.images):,}")
    yield from entry_findings(dataset, wrong)


def _set(named: str) -> Dataset:
    reason = f"names the picture {named}, its own is a.jpg"
    row = {"image": 0, "label_path": "a.xml", "kind": "wrong-reference", "text": named, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}, {"path": "b.jpg"}], [{"image": 0}], rows=[row]), format="voc")


@file_reference_unknown.fires_on
def the_name_before_renaming() -> Facts:
    return {"dataset": _set("IMG_0001.jpg")}


@file_reference_unknown.quiet_on
def the_name_of_another_picture() -> Facts:
    return {"dataset": _set("b.jpg")}
