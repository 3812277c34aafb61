"""D311: two places number the classes in different ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from traindx.core.check import Facts, check
from traindx.core.class_maps import Differences, differences, plain
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.oddities import of_kind
from traindx.core.small_dataset import dataset_of

SHOWN = 4


@check("D311", level="error")
def class_maps_disagree(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The same class has different ids in the class folders of two splits, or in two files that name the classes.

    Compared are the folders of each split, the settings' names, `classes.txt`, `obj.names`, `notes.json` and
    `_darknet.labels` beside the labels, the categories of each COCO json, and a checkpoint's names where one is given.
    A checkpoint of other classes is no fault: fine-tuning replaces its head. One of the same classes in another order is.
    Where train has one class folder and test has more, nothing learns to tell classes: so are sets for anomalies laid out.

    ## Why is this bad?
    The network learns one meaning of an id and is scored by another. torchvision numbers the folders of each split on
    their own: a folder that val lacks, or has too many, moves the ids of all after it, without a word. Ultralytics aligns
    them by name and leaves out pictures of classes that train has not.

    ## How to fix
    Give every split the same class folders, and every file one list of classes in one order: the one the labels were
    written with.
    """
    if dataset.format == "voc" or not dataset.class_maps:
        return
    folders = dataset.format == "imagefolder"
    (first, a), *others = _cleaned(dataset).items()
    moved = 0
    for place, b in others:
        found = differences(a, b, exact=folders)
        if place.endswith((".pt", ".pth")) and not _same_classes(a, b):
            continue
        tested = place.rpartition("/")[2].lower().startswith("test")  # faults that only the test shows are a method
        if folders and tested and len(a) == 1:
            continue
        if found.moved or (folders and found.only_b and not tested):
            moved += len(found.moved)
            yield _finding(first, a, place, b, found, folders)
            if folders:
                yield from (_extra(place, name, first) for _, _, name in found.only_b)
    yield Measured("ids that mean different classes", moved, f"0 in {len(others) + 1} class maps")


def _cleaned(dataset: Dataset) -> dict[str, Mapping[int, str]]:
    """The class maps; where stray and empty class folders explain all differences, these have been said already."""
    odd = {o.path for kind in ("stray-folder", "empty-class-folder") for o in of_kind(dataset, kind)}
    without = {
        place: [name for name in found.values() if f"{place}/{name}" not in odd]
        for place, found in dataset.class_maps.items()
    }
    explained = odd and len({tuple(names) for names in without.values()}) == 1
    return {p: dict(enumerate(names)) for p, names in without.items()} if explained else dict(dataset.class_maps)


def _same_classes(a: Mapping[int, str], b: Mapping[int, str]) -> bool:
    return {plain(name) for name in a.values()} == {plain(name) for name in b.values()}


def _finding(
    first: str, a: Mapping[int, str], place: str, b: Mapping[int, str], found: Differences, folders: bool
) -> Finding:
    shown = (found.moved or found.only_b)[:SHOWN]
    words = ", ".join(f"id {i} is {b_name} there and {a_name or 'nothing'} in {first}" for i, a_name, b_name in shown)
    more = f" and {len(found.moved) - SHOWN} more" if len(found.moved) > SHOWN else ""
    numbers = "numbers its folders otherwise than" if folders else "numbers the classes otherwise than"
    rows = tuple((i, a.get(i, ""), b.get(i, "")) for i in sorted(a.keys() | b.keys()))
    line = shown[0][0] + 1 if place.endswith((".txt", ".names", ".labels")) else None
    return Finding(
        Place(path=place, line=line),
        f"{place} {numbers} {first}: {words}{more}",
        (Table("Ids", ("id", first, place), rows),),
    )


def _extra(place: str, name: str, first: str) -> Finding:
    return Finding(Place(path=f"{place}/{name}"), f"class folder {place}/{name} is not in {first}")


_CLASSES = {0: "ant", 1: "bee", 2: "cat"}


@class_maps_disagree.fires_on
def folders_that_val_lacks_and_has_too_many() -> Facts:
    maps = {"train": _CLASSES, "val": {0: "bee", 1: "cat", 2: "dog"}}
    return {
        "dataset": dataset_of([{"path": "train/ant/a.jpg"}], format="imagefolder", task="classify", class_maps=maps)
    }


@class_maps_disagree.fires_on
def another_order_in_classes_txt() -> Facts:
    maps = {"data.yaml": _CLASSES, "labels/classes.txt": {0: "bee", 1: "ant", 2: "cat"}}
    return {"dataset": dataset_of([{"path": "a.jpg"}], class_maps=maps)}


@class_maps_disagree.fires_on
def categories_that_count_from_one_in_one_json() -> Facts:
    maps = {"train.json": {0: "cat", 1: "dog"}, "val.json": {1: "cat", 2: "dog"}}
    return {"dataset": dataset_of([{"path": "a.jpg"}], format="coco", class_maps=maps)}


@class_maps_disagree.quiet_on
def other_spellings_and_placeholders() -> Facts:
    maps = {
        "data.yaml": {0: "Ant", 1: "bee"},
        "classes.txt": {0: "ant", 1: "bee "},
        "obj.names": {0: "class_0", 1: "bee"},
    }
    return {"dataset": dataset_of([{"path": "a.jpg"}], class_maps=maps)}


@class_maps_disagree.quiet_on
def a_checkpoint_of_other_classes() -> Facts:
    maps = {"data.yaml": _CLASSES, "yolo.pt": {0: "person", 1: "bicycle"}}
    return {"dataset": dataset_of([{"path": "a.jpg"}], class_maps=maps)}


@class_maps_disagree.quiet_on
def val_lacks_the_last_folder() -> Facts:
    maps = {"train": _CLASSES, "val": {0: "ant", 1: "bee"}}
    return {
        "dataset": dataset_of([{"path": "train/ant/a.jpg"}], format="imagefolder", task="classify", class_maps=maps)
    }


@class_maps_disagree.quiet_on
def a_stray_folder_that_another_check_names() -> Facts:
    maps = {"train": {0: ".git", 1: "ant", 2: "bee"}, "val": {0: "ant", 1: "bee"}}
    odd = (Oddity("train/.git", "stray-folder", "a hidden folder"),)
    made = dataset_of(
        [{"path": "train/ant/a.jpg"}], format="imagefolder", task="classify", class_maps=maps, oddities=odd
    )
    return {"dataset": made}
