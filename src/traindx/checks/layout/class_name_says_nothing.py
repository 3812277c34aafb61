"""D416: a class name that is empty, or that yaml turned into something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D416", level="warning")
def class_name_says_nothing(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A name in the data.yaml is empty or blank, or was written as a bare yes, no, on, off or null.

    ## Why is this bad?
    yaml reads bare yes, no, on and off as true and false, and null as nothing: the class is then called True, False or
    None, in plots, predictions and exports.

    ## How to fix
    Write the name in quotes: `names: ["yes", "no"]`.
    """
    names = dataset.settings.get("names")
    if dataset.format != "yolo" or not isinstance(names, (list, Mapping)):
        return
    entries: list[tuple[Any, Any]] = list(enumerate(names)) if isinstance(names, list) else list(names.items())
    found = 0
    for i, name in entries:
        if isinstance(name, bool):
            text = f"name of id {i} is {name}: yaml reads bare yes, no, on and off as true and false"
        elif name is None or not str(name).strip():
            text = f"name of id {i} is {'nothing' if name is None else repr(name)}, should be a word"
        else:
            continue
        found += 1
        line = dataset.settings_lines.get(f"names.{i}", dataset.settings_lines.get("names"))
        yield Finding(Place(path=dataset.source_path, line=line, setting="names"), text)
    yield Measured("names that are no words", found, f"0 of {len(entries)}")


@class_name_says_nothing.fires_on
def yes_and_no() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"names": [True, False]})}


@class_name_says_nothing.fires_on
def an_empty_name() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"names": {0: "cat", 1: " "}})}


@class_name_says_nothing.quiet_on
def words_and_numbers() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"names": ["cat", 1, 2.5, "yes"]})}
