"""How many classes the root tells apart, and their names, where it says so in a way that is known."""

from __future__ import annotations

from typing import Any

from traindx.recorder.contents import attributes, is_a, mapping, sequence, word
from traindx.recorder.description import core_of

PLACES = (
    "nc",
    "yaml.nc",
    "config.id2label",
    "roi_heads.box_predictor.cls_score.out_features",
    "head.classification_head.num_classes",
    "head.classification_head.num_columns",
    "num_classes",
    "model.num_classes",
    "classificationModel.num_classes",
)
"""Where the number stands: Ultralytics and YOLOv5 (`nc`), transformers, torchvision's Faster R-CNN, RetinaNet and FCOS, SSD,
timm, a model beside its loss in one module, RetinaNet by hand. torchvision counts the background in."""

NAMES, LENGTH = 200, 60


def class_count(root: Any) -> int | None:
    """The number of classes, None where no place tells it."""
    core = core_of(root)
    for path in PLACES:
        value = core
        for part in path.split("."):
            held = mapping(value)
            value = _attribute(value, part) if held is None else held.get(part)
        held = mapping(value)
        value = value if held is None else len(held)
        if is_a(value, int) and type(value) is not bool and value > 0:
            return value
    return None


def class_names(root: Any, dataset: Any = None) -> dict[int, str]:
    """Names by id, of the root (Ultralytics, transformers) or of a dataset (`classes`); at most 200, of 60 letters."""
    core = core_of(root) if root is not None else None
    while (
        dataset is not None and _attribute(dataset, "classes") is None and _attribute(dataset, "dataset") is not dataset
    ):
        dataset = _attribute(dataset, "dataset")  # a subset of another
    for value in (
        _attribute(core, "names"),
        _attribute(_attribute(core, "config"), "id2label"),
        _attribute(dataset, "classes"),
    ):
        listed = sequence(value)
        named = mapping(value) if listed is None else dict(enumerate(listed))
        if named and all(is_a(n, str) for n in named.values()):
            first = list(named.items())[:NAMES]
            return {int(k): n[:LENGTH] for k, n in first if word(k).lstrip("-").isdigit()}
    return {}


def _attribute(owner: Any, name: str) -> Any:
    """An attribute that is there without running code of the user's: set on the object, its class, or a module's children."""
    if owner is None:
        return None
    own = attributes(owner)
    for held in (own, own.get("_modules") or {}):
        if name in held:
            return held[name]
    value = next((vars(kind)[name] for kind in type(owner).__mro__ if name in vars(kind)), None)
    return value if is_a(value, (int, str, dict, list, tuple)) else None
