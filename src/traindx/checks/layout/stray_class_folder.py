"""D402: a folder among the class folders that is no class."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D402", level="error")
def stray_class_folder(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A folder lies among the class folders and is none: hidden, left by a tool, or the output of a training.

    Strays are told by name (hidden, `__MACOSX`, `images`, `train`, ...) and by what is in them (weights, args.yaml).

    ## Why is this bad?
    Loaders count every folder as a class. torchvision numbers it in sorted order, which moves the ids of all classes after
    it (`.ipynb_checkpoints` becomes class 0), and stops with `Found no valid file for the classes` where it holds no
    picture. Ultralytics trains an output for it.

    ## How to fix
    Delete the folder, or move it out of the split.
    """
    if dataset.task != "classify":
        return
    odd = of_kind(dataset, "stray-folder")
    yield Measured("folders among the classes that are none", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"{o.path.rpartition('/')[2]} counts as a class: {o.text}")


@stray_class_folder.fires_on
def what_a_notebook_leaves() -> Facts:
    odd = Oddity("train/.ipynb_checkpoints", "stray-folder", "a hidden folder, with 4 pictures", "train")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@stray_class_folder.quiet_on
def class_folders_alone() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify")}
