"""S147: the settings build another number of classes than they, or the data, name."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import configured
from traindx.core.check import Facts, NotEnough, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of


@check("S147", level="warning")
def classes_asked_disagree(setup: Setup, dataset: Dataset | None = None) -> Iterator[Finding | Measured]:
    """The file of settings builds a head for another number of classes than it names, or than the dataset has.

    ## Why is this bad?
    A configuration that is taken over keeps the classes of its first dataset, 80 of COCO or 1000 of ImageNet. Too few outputs
    end the training with an index error; too many are learned as classes that never come, and some frameworks take the names of
    the first.

    ## How to fix
    `num_classes` of every head to the number of the data's own classes, and the names beside it.

    One more than the data has is right where the background counts as one. Where one of several numbers is right, the others are
    taken for those of other tasks or stages, but for OpenMMLab's, whose heads all answer the same classes.
    """
    asked = setup.configured.roles.get("classes", ())
    known = [
        (name, a, a.value)
        for name, a in asked
        if isinstance(a.value, int) and not isinstance(a.value, bool) and a.value > 0
    ]
    named = _named(setup, dataset)
    if not known or named is None:
        raise NotEnough("no file of settings says how many classes are built, or nothing tells how many there are")
    number, whose = named
    right = [value in (number, number + 1) or (number == 2 and value == 1) for _, _, value in known]
    several = any(right) and setup.configured.kind != "openmmlab"
    for (name, one, value), fits in zip(known, right, strict=True):
        yield Measured(name, value, f"{number}, {whose}")
        if not fits and not several:
            yield Finding(
                Place(path=one.path, line=one.line, setting=name), f"{name}={value}, should be {number}, {whose}"
            )


def _named(setup: Setup, dataset: Dataset | None) -> tuple[int, str] | None:
    """How many classes there are: of the dataset, else as the settings name them."""
    if dataset is not None:
        return (dataset.num_classes, "those of the data") if dataset.num_classes else None
    found = [
        (name, a.value)
        for name, a in setup.configured.values.items()
        if name.lower().rpartition(".")[2] in ("classes", "class_names") and isinstance(a.value, list)
    ]
    kept = {len(value) for _, value in found if len(value) > 1 and all(isinstance(v, str) for v in value)}
    return (kept.pop(), f"those that {found[0][0]} names") if len(kept) == 1 else None


@classes_asked_disagree.fires_on
def the_classes_of_coco_for_three_names() -> Facts:
    return configured({"roi_head.num_classes": 80, "metainfo.classes": ["cat", "dog", "bird"]})


@classes_asked_disagree.fires_on
def other_classes_than_the_data_has() -> Facts:
    return {**configured({"model.num_classes": 1000}), "dataset": dataset_of([{"path": "a.jpg"}])}


@classes_asked_disagree.quiet_on
def as_many_as_are_named() -> Facts:
    return configured({"roi_head.num_classes": 3, "metainfo.classes": ["cat", "dog", "bird"]})


@classes_asked_disagree.quiet_on
def with_a_background() -> Facts:
    return {**configured({"model.num_classes": 3}), "dataset": dataset_of([{"path": "a.jpg"}])}
