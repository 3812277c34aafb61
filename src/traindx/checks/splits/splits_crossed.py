"""D315: train leads to a folder called val, or val to one called train."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Split
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of

NAMES = {"train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


@check("D315", level="error")
def splits_crossed(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The data.yaml's `train` leads to a folder or list called val or test, and its `val` to one called train.

    ## Why is this bad?
    The model is trained on the few pictures meant for its validation, and measured on those meant for training.

    ## How to fix
    Exchange the two paths.
    """
    if dataset.format != "yolo":
        return
    said = {split.name: _meant(split.written) for split in dataset.splits}
    if "train" not in said or "val" not in said:
        return
    crossed = said["train"] in ("val", "test") and said["val"] == "train"
    yield Measured(
        "train and val lead to folders called", f"{said['train'] or '?'}, {said['val'] or '?'}", "train, val"
    )
    if crossed:
        written = {split.name: split.written for split in dataset.splits}
        for name in ("train", "val"):
            place = Place(path=dataset.source_path, line=dataset.settings_lines.get(name), setting=name)
            yield Finding(place, f"{name} leads to {written[name]}, which is called {said[name]}")


def _meant(written: str) -> str:
    """The split that the last folder or list with a split's name in a path is called after, or empty."""
    words = [NAMES.get(re.sub(r"\d+$|\.txt$", "", part.lower())) for part in re.split(r"[/\\]", written)]
    return next((word for word in reversed(words) if word), "")


def _splits(train: str, val: str) -> Dataset:
    splits = (Split("train", train, f"/data/{train}"), Split("val", val, f"/data/{val}"))
    return dataset_of([{"path": "a.jpg"}], splits=splits)


@splits_crossed.fires_on
def val_for_train() -> Facts:
    return {"dataset": _splits("images/val2017", "images/train2017")}


@splits_crossed.quiet_on
def in_their_place() -> Facts:
    return {"dataset": _splits("train/images", "valid/images")}


@splits_crossed.quiet_on
def one_folder_for_both() -> Facts:
    return {"dataset": _splits("images/train", "images/train")}
