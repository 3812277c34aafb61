"""D102: a split or a listed picture that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import NOT_THERE, Dataset, Split
from traindx.core.entry_findings import ENTRY_FORMATS, entries_of, place_of_entry
from traindx.core.finding import Finding, Measured, Place
from traindx.core.oddities import of_kind
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D102", level="error", depth="quick")
def picture_not_found(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A split's pictures, or a picture that a list names, are not where the settings say.

    A test split that is not there is no fault: training does not read it.

    ## Why is this bad?
    Training stops before the first step when the train or val split cannot be read. Single pictures that a list names and
    that are not there are dropped, or stop the loader in the middle of an epoch.

    ## How to fix
    Correct `path` or the split's entry in the yaml: the message shows the absolute path that was looked for.
    """
    images = dataset.images
    entries = dataset.format in ENTRY_FORMATS
    lost = [s for s in dataset.splits if s.problem and s.name != "test" and not (entries and dataset.depth == "labels")]
    whole = {s.name for s in lost}
    gone = [int(i) for i in np.flatnonzero(images.damage != "") if images.damage[i].startswith(NOT_THERE)]
    absent = [i for i in gone if images.split[i] not in whole or not entries]
    yield Measured("splits that cannot be read", len(lost), "0")
    if dataset.depth != "labels":
        yield Measured("listed pictures that are not there", len(absent), "0")
    for split in lost:
        written = f" (written `{split.written}`)" if split.written else ""
        place = split.looked_in if entries else dataset.source
        path = place.removeprefix(dataset.root.rstrip("/") + "/")
        yield Finding(
            Place(path=path, line=dataset.settings_lines.get(split.name), setting=split.name),
            f"{split.name}: {split.problem}{written}",
        )
    entry = {int(dataset.rows.image[i]): i for i in entries_of(dataset, "missing-picture")}
    listed = {odd.text: odd for odd in of_kind(dataset, "listed")}
    by_split: dict[str, list[int]] = {}
    for i in absent:
        by_split.setdefault(str(images.split[i]), []).append(i)
    for members in by_split.values():
        summary = len(absent) > EVERY_ROW
        for i in members[:1] if summary else members:
            more = f" (and {len(members) - 1} more of {images.split[i]})" if summary else ""
            path = str(images.path[i])
            at = Place(image=path)
            if i in entry:
                at = replace(place_of_entry(dataset, entry[i]), image=path)
            elif path in listed:
                at = Place(path=listed[path].path, line=listed[path].line, image=path)
            yield Finding(at, f"{images.damage[i]}: {dataset.absolute(path)}{more}")


@picture_not_found.fires_on
def a_split_that_does_not_exist() -> Facts:
    val = Split("val", "images/val", "/data/images/val", problem="/data/images/val does not exist")
    return {"dataset": dataset_of([{"path": "a.jpg"}], splits=(Split("train", "images", "/data/images"), val))}


@picture_not_found.fires_on
def a_listed_picture_that_is_not_there() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg", "damage": "no such file"}])}


@picture_not_found.quiet_on
def pictures_that_are_there() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}, {"path": "b.jpg", "damage": "cut off"}])}


@picture_not_found.quiet_on
def a_test_split_that_does_not_exist() -> Facts:
    test = Split("test", "images/test", "/data/images/test", problem="/data/images/test does not exist")
    return {"dataset": dataset_of([{"path": "a.jpg"}], splits=(Split("train", "images", "/data/images"), test))}
