"""D318: a folder of pictures beside the splits that is none of them."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D318", level="note")
def folder_read_as_no_split(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A folder with pictures lies beside the folders of the splits and is read as none of them.

    ## Why is this bad?
    It is not, if its pictures are not meant for training. Otherwise they are left out without a word.

    ## How to fix
    Call the folder train, val or test, or move its pictures into one of these.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "unread-folder")
    yield Measured("folders of pictures that are no split", len(odd), "0")
    yield from oddity_findings(odd, lambda o: o.text)


@folder_read_as_no_split.fires_on
def a_folder_called_extra() -> Facts:
    odd = Oddity("extra", "unread-folder", "extra holds pictures and is read as no split")
    return {"dataset": dataset_of([{"path": "val/cat/b.jpg"}], task="classify", oddities=(odd,))}


@folder_read_as_no_split.quiet_on
def splits_alone() -> Facts:
    return {"dataset": dataset_of([{"path": "val/cat/b.jpg"}], task="classify")}
