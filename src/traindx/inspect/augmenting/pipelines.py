"""What the user named, as a pipeline that takes a picture with boxes: Albumentations, torchvision, functions, datasets.

`module:name` or `file.py:name`; a function without parameters, or a class, is called for what it makes.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.errors import TraindxError
from traindx.inspect.augmenting.wanted import Pipeline, Pixels, Result

HINT = (
    "name an Albumentations Compose, torchvision v2 transforms, a function (image, target) or a Dataset: "
    "augment=train.py:transform"
)
ALBUMENTATIONS = {
    "pascal_voc": "corners in pixels", "coco": "corner and size in pixels", "yolo": "centre and size in shares",
    "albumentations": "corners in shares",
}  # fmt: skip
TORCHVISION = {"XYXY": "corners in pixels", "XYWH": "corner and size in pixels", "CXCYWH": "centre and size in pixels"}


def named(spec: str) -> Any:
    """The object that `module:name` or `file.py:name` leads to. Raises `TraindxError` where there is none."""
    module, _, name = spec.rpartition(":")
    if not module or not name:
        raise TraindxError(f"augment={spec} names no object", "", HINT)
    sys.path.insert(0, str(Path.cwd()))
    if module.endswith(".py"):
        path = Path(module)
        if not path.is_file():
            raise TraindxError(f"{module}: no such file", "the augmentation cannot be run", HINT)
        sys.path.insert(0, str(path.parent.resolve()))
        made = importlib.util.spec_from_file_location(path.stem, path)
        assert made is not None and made.loader is not None
        found: Any = importlib.util.module_from_spec(made)
        sys.modules[path.stem] = found
        made.loader.exec_module(found)
    else:
        found = importlib.import_module(module)
    for part in name.split("."):
        if not hasattr(found, part):
            raise TraindxError(f"{module} has no {name}", "the augmentation cannot be run", HINT)
        found = getattr(found, part)
    return found


def pipeline_of(spec: str) -> Pipeline:
    """The pipeline that is named."""
    found = named(spec)
    source: Any = found if inspect.isfunction(found) or inspect.isclass(found) else None
    if (inspect.isfunction(found) or inspect.isclass(found)) and not _required(found):
        found = found()
        source = source or found
    if _is_albumentations(found):
        return Pipeline("albumentations", _albumentations(found), found, "bboxes" in found.processors, source)
    if hasattr(found, "__getitem__") and hasattr(found, "__len__") and not callable(found):
        return _dataset(found, source)
    if callable(found):
        return _callable(found, source or found)
    raise TraindxError(f"{spec} is {type(found).__name__}", "a pipeline that takes a picture is needed", HINT)


def _dataset(found: Any, source: Any) -> Pipeline:
    """A map-style dataset, which opens its own pictures."""

    def run(number: int, pixels: Pixels, _: NDArray[np.float64], __: list[int]) -> Result:
        return result_of(found[number])

    parts = next((p for n in ("transforms", "transform", "augment", "tf") if (p := getattr(found, n, None))), None)
    return Pipeline("a dataset", run, parts, True, source or type(found), own=found)


def _required(found: Any) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in parameters if p.kind in kinds and p.default is p.empty]


def _is_albumentations(found: Any) -> bool:
    return any(kind.__module__.startswith("albumentations") for kind in type(found).__mro__) and hasattr(
        found, "processors"
    )


def _albumentations(compose: Any) -> Any:
    processor = compose.processors.get("bboxes")
    given = getattr(processor.params, "format", "pascal_voc") if processor is not None else ""
    fields = list(getattr(processor.params, "label_fields", None) or ()) if processor is not None else []

    def run(_: int, pixels: Pixels, corners: NDArray[np.float64], classes: list[int]) -> Result:
        if processor is None:
            return Result(picture_of(compose(image=pixels)["image"]), corners, np.array(classes, float), "as given")
        height, width = pixels.shape[:2]
        held = _written(np.clip(corners, 0, [width, height, width, height]), given, width, height)
        boxes = held if fields else [[*box, label] for box, label in zip(held, classes, strict=True)]
        found = compose(image=pixels, bboxes=boxes, **{name: list(classes) for name in fields})
        out = [[float(v) for v in box] for box in found["bboxes"]]
        labels = found[fields[0]] if fields else [box[4] for box in out]
        kept = np.array([box[:4] for box in out], dtype=np.float64).reshape(-1, 4)
        return Result(picture_of(found["image"]), kept, np.array(labels, float), ALBUMENTATIONS.get(given, ""))

    return run


def _written(corners: NDArray[np.float64], given: str, width: int, height: int) -> list[list[float]]:
    shares = corners / np.array([width, height, width, height])
    if given == "coco":
        held = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
    elif given == "yolo":
        held = np.hstack([(shares[:, :2] + shares[:, 2:]) / 2, shares[:, 2:] - shares[:, :2]])
    else:
        held = shares if given == "albumentations" else corners
    return [[float(v) for v in box] for box in held]


def _callable(found: Any, source: Any) -> Pipeline:
    """A transform or function: with the picture alone, with a target, or with boxes and classes, as it can be called."""
    of_torchvision = any(kind.__module__.startswith("torchvision.transforms") for kind in type(found).__mro__)
    kind = "torchvision" if of_torchvision else "a function"
    old = of_torchvision and not any("v2" in k.__module__ for k in type(found).__mro__)
    wanted = 1 if old else 2 if of_torchvision else len(_required(found)) or 2
    forms = _forms(found)

    def run(_: int, pixels: Pixels, corners: NDArray[np.float64], classes: list[int]) -> Result:
        problem: Exception | None = None
        parts = 1 if of_torchvision and not len(corners) else wanted  # of classification, the picture alone
        for form in forms:
            picture = form(pixels)
            try:
                return _called(found, parts, picture, pixels.shape[:2], corners, classes)
            except (TypeError, AttributeError, ValueError, RuntimeError) as error:
                problem = problem or error
        assert problem is not None
        raise problem

    return Pipeline(kind, run, found, wanted > 1, source)


def _forms(found: Any) -> list[Any]:
    """The forms of a picture that are tried: as Pillow opens it, as an array, as a tensor."""
    import torch
    from PIL import Image

    forms = [Image.fromarray, lambda pixels: pixels, lambda p: torch.from_numpy(p).permute(2, 0, 1).contiguous()]
    notes = " ".join(str(p.annotation) for p in _required(found)[:1])
    return forms[1:] + forms[:1] if "ndarray" in notes else forms


def _called(
    found: Any, wanted: int, picture: Any, size: tuple[int, ...], corners: NDArray[np.float64], classes: list[int]
) -> Result:
    import torch
    from torchvision import tv_tensors

    if wanted == 1:
        return Result(picture_of(found(picture)), corners, np.array(classes, float), "as given")
    boxes: Any = tv_tensors.BoundingBoxes(
        torch.as_tensor(corners, dtype=torch.float32), format="XYXY", canvas_size=size[:2]
    )
    if wanted == 2:
        return result_of(found(picture, {"boxes": boxes, "labels": torch.tensor(classes, dtype=torch.int64)}))
    return result_of(found(picture, boxes.numpy().copy(), np.array(classes)))


def result_of(item: Any) -> Result:
    """Picture, boxes and classes of what a transform or a dataset returns: a pair, a triple, or a mapping."""
    if isinstance(item, Mapping):
        image = next((item[k] for k in ("image", "img", "pixel_values", "images") if k in item), None)
        target: Any = item
    elif isinstance(item, Sequence) and len(item) >= 2:
        image, target = item[0], item[1] if len(item) == 2 else item[1:]
    else:
        image, target = item, None
    if image is None:
        raise TraindxError(
            f"the pipeline returns {type(item).__name__} without a picture", "", "return (image, target)"
        )
    boxes, classes, box_format = _target(target)
    return Result(picture_of(image), boxes, classes, box_format)


def _target(target: Any) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, str]:
    if isinstance(target, Mapping):
        boxes = next((target[k] for k in ("boxes", "bboxes", "bbox") if k in target), None)
        classes = next(
            (target[k] for k in ("labels", "class_labels", "category_id", "classes", "cls") if k in target), None
        )
        if boxes is None and isinstance(target.get("labels"), Mapping):
            return _target(target["labels"])
        return _array(boxes, 4), None if classes is None else _array(classes, 1)[:, 0], _format(boxes)
    if isinstance(target, Sequence) and len(target) >= 2 and not np.isscalar(target[0]):
        return _array(target[0], 4), _array(target[1], 1)[:, 0], _format(target[0])
    held = _array(target, 0) if target is not None and not np.isscalar(target) else np.zeros((0, 4))
    if held.ndim == 2 and held.shape[1] in (5, 6):  # class first, as YOLO writes its rows, behind the sample's number
        return held[:, -4:], held[:, -5], ""
    return (held, None, "") if held.ndim == 2 and held.shape[1] == 4 else (np.zeros((0, 4)), None, "")


def _format(boxes: Any) -> str:
    return TORCHVISION.get(getattr(getattr(boxes, "format", None), "name", ""), "")


def _array(values: Any, width: int) -> NDArray[np.float64]:
    if values is None:
        return np.zeros((0, max(width, 1)))
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    held = np.asarray(values, dtype=np.float64)
    return held.reshape(-1, width) if width and held.size % width == 0 else held


def picture_of(image: Any) -> NDArray[Any]:
    """The result as [H, W, C], in its own type: of a tensor, an array or a Pillow picture."""
    if hasattr(image, "detach"):
        image = image.detach().cpu().float().numpy() if image.is_floating_point() else image.detach().cpu().numpy()
    held = np.asarray(image)
    if held.ndim == 2:
        return held[:, :, None]
    if held.ndim != 3:
        raise TraindxError(f"the pipeline returns a picture of shape {held.shape}", "", "return one picture [C, H, W]")
    return held.transpose(1, 2, 0) if held.shape[0] in (1, 3, 4) and held.shape[2] not in (1, 3, 4) else held
