"""D401: the class folders lie one level lower than a loader looks."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D401", level="error")
def root_above_class_folders(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The folder given, or a split's folder, holds one folder only, and the class folders are in that one.

    ## Why is this bad?
    Loaders take the folders directly below for the classes: torchvision's ImageFolder and Ultralytics then train on one
    class, the accuracy is 1 from the first step, and a validation split that lies right loses all classes but one.

    ## How to fix
    Give the path one level lower, or move the class folders up. Archives are often unpacked one folder too deep.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "root-too-high")
    yield Measured("levels between the split and its class folders", int(bool(odd)), "0")
    yield from oddity_findings(odd, lambda o: f"classes one level too low: {o.text}")


@root_above_class_folders.fires_on
def a_split_in_a_split() -> Facts:
    odd = Oddity("train", "root-too-high", "the only class is train; in it are 2 folders: cat, dog", "train")
    return {"dataset": dataset_of([{"path": "train/train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@root_above_class_folders.quiet_on
def class_folders_in_their_place() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify")}
