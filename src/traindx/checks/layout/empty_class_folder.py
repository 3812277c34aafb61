"""D403: a class folder without a picture."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D403", level="error")
def empty_class_folder(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A class folder of train or val holds no picture that a loader takes.

    ## Why is this bad?
    torchvision's ImageFolder stops with `Found no valid file for the classes`. With `allow_empty`, as Ultralytics calls
    it, the class keeps its id and an output that never learns; a loader that leaves empty classes out (timm) numbers the
    others anew.

    ## How to fix
    Delete the folder in every split, or fill it. Look whether its pictures have a suffix that loaders do not take.
    """
    if dataset.task != "classify":
        return
    odd = [oddity for oddity in of_kind(dataset, "empty-class-folder") if oddity.split != "test"]
    yield Measured("class folders without a picture", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"class folder {o.path} holds {o.text}")


@empty_class_folder.fires_on
def a_class_without_a_picture() -> Facts:
    odd = Oddity("train/bee", "empty-class-folder", "no picture that a loader takes", "train")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@empty_class_folder.quiet_on
def every_class_has_a_picture() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify")}
