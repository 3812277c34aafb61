"""D231: an annotation names another picture of the set than its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, entry_findings
from traindx.core.finding import Finding, Measured
from traindx.core.picture_names import stems
from traindx.core.small_dataset import dataset_of


@check("D231", level="error")
def file_reference_wrong(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The `<filename>` of an xml is that of another picture of the set.

    The xml's own name says which picture it belongs to. Suffix, folder and `<path>` do not count: annotation tools leave
    those of the machine where the boxes were drawn. A name that no picture has is another finding
    (see `file-reference-unknown`).

    ## Why is this bad?
    Readers that go by `<filename>` train on the other picture with these boxes, those that go by the xml's name on this
    one. If the file was copied from another picture, its boxes are wrong for both.

    ## How to fix
    Look at the picture with these boxes. If they fit, correct `<filename>`; if not, they belong to the picture named.
    """
    if dataset.format not in ENTRY_FORMATS:
        return
    known = stems(dataset)
    wrong = [i for i in entries_of(dataset, "wrong-reference") if str(dataset.rows.text[i]).rpartition(".")[0] in known]
    yield Measured("annotations that name another picture", len(wrong), f"0 of {len(dataset.images):,}")
    yield from entry_findings(dataset, wrong, pictures=True)


def _set(named: str) -> Dataset:
    reason = f"names the picture {named}, its own is a.jpg"
    row = {"image": 0, "label_path": "a.xml", "kind": "wrong-reference", "text": named, "reason": reason}
    return replace(dataset_of([{"path": "a.jpg"}, {"path": "b.jpg"}], [{"image": 0}], rows=[row]), format="voc")


@file_reference_wrong.fires_on
def the_name_of_another_picture() -> Facts:
    return {"dataset": _set("b.png")}


@file_reference_wrong.quiet_on
def a_name_that_no_picture_has() -> Facts:
    return {"dataset": _set("IMG_0001.jpg")}
