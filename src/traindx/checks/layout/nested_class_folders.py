"""D407: pictures in folders below the class folders."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured, Place
from traindx.core.oddities import of_kind
from traindx.core.small_dataset import dataset_of


@check("D407", level="note")
def nested_class_folders(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Class folders hold further folders with pictures.

    ## Why is this bad?
    It is not for torchvision and Ultralytics, which take all of them for the outer folder's class. timm takes the innermost
    folder for the class and trains on other classes than meant.

    ## How to fix
    If the inner folders are the classes, give the path one level lower. Otherwise move the pictures up, for timm.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "nested-folder")
    yield Measured("class folders with further folders", len(odd), "0")
    if odd:
        more = f" (and {len(odd) - 1} more class folders)" if len(odd) > 1 else ""
        yield Finding(
            Place(path=odd[0].path), f"{odd[0].text}: torchvision joins them, timm makes classes of them{more}"
        )


@nested_class_folders.fires_on
def folders_by_day() -> Facts:
    odd = Oddity("train/cat", "nested-folder", "2 folders with pictures below it", "train")
    return {"dataset": dataset_of([{"path": "train/cat/monday/a.jpg"}], task="classify", oddities=(odd,))}


@nested_class_folders.quiet_on
def flat_class_folders() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify")}
