"""D312: two places spell a class's name differently."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.class_maps import differences
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D312", level="note")
def class_names_spelled_otherwise(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Two files give an id names that differ by case, blanks or punctuation alone.

    ## Why is this bad?
    It is not for training, which uses the ids. Tools that join by name (evaluation, merging sets) make two classes of one.

    ## How to fix
    Write the name in the same way everywhere.
    """
    if dataset.format == "imagefolder" or len(dataset.class_maps) < 2:
        return
    (first, a), *others = dataset.class_maps.items()
    total = 0
    for place, b in others:
        spelled = differences(a, b).spelled
        total += len(spelled)
        if spelled:
            words = ", ".join(f"{there!r} for {here!r}" for _, here, there in spelled[:4])
            more = f" and {len(spelled) - 4} more" if len(spelled) > 4 else ""
            yield Finding(Place(path=place), f"{place} spells names otherwise than {first}: {words}{more}")
    yield Measured("names spelled in two ways", total, "0")


@class_names_spelled_otherwise.fires_on
def upper_case_in_classes_txt() -> Facts:
    maps = {"data.yaml": {0: "cat"}, "classes.txt": {0: "Cat"}}
    return {"dataset": dataset_of([{"path": "a.jpg"}], class_maps=maps)}


@class_names_spelled_otherwise.quiet_on
def the_same_names() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], class_maps={"data.yaml": {0: "cat"}, "classes.txt": {0: "cat"}})}
