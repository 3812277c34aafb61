"""The targets of a batch in whatever form a framework gives them: classes, soft classes, or boxes with classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traindx.recorder import measure
from traindx.recorder.contents import inside, is_a, mapping, sequence

IDS = ("labels", "class_labels", "cls", "category_id")
ROW = 6
"""Columns of a YOLOv5 target: image, class, and four of the box."""
PADDED = 5
"""Columns of targets that are padded to one length: four of the box, and the class, -1 where there is none."""
DEEPEST = 2
"""How deep boxes are looked for in nested arguments."""


@dataclass(frozen=True)
class Targets:
    """Targets as found; nothing is computed yet.

    `form`: `classes` (ids, one a sample), `map` (ids, one a pixel), `scores` (a number per class: soft, one-hot,
    multi-label), `binary`, or of boxes `ultralytics`, `yolo rows`, `padded rows`, `torchvision`, `detr`, `coco`.
    `ids` and `boxes` are tensors of n targets; `image` is the sample of each, as a tensor, or `per_image` says how many
    each sample has. `classes` is the number of classes where the scores told it.
    """

    form: str
    images: int
    ids: Any
    boxes: Any = None
    image: Any = None
    per_image: tuple[int, ...] | None = None
    classes: int | None = None


def boxes_among(torch: Any, value: Any, images: int, depth: int = DEEPEST) -> Targets | None:
    """Boxes with classes in nested arguments: Ultralytics' dict, a list of dicts (torchvision, DETR), COCO's own entries."""
    named, listed = mapping(value), sequence(value) or ()
    if named is not None:
        found = _ultralytics(torch, named, images)
    else:
        dicts = [held for v in listed if (held := mapping(v)) is not None]
        found = _dicts(torch, dicts) if dicts and len(dicts) == len(listed) else _coco(torch, listed)
    if found is not None:
        return found
    for item in inside(value)[:16] if depth else ():
        found = boxes_among(torch, item, images, depth - 1)
        if found is not None:
            return found
    return None


def rows_among(torch: Any, value: Any, images: int) -> Targets | None:
    """YOLOv5's rows: the first float tensor [n, 6] in a tuple or list."""
    for item in sequence(value) or ():
        if _is_rows(torch, item):
            rows = item.detach()
            return Targets("yolo rows", images, rows[:, 1], rows[:, 2:], image=rows[:, 0])
    return None


def padded_among(torch: Any, value: Any, images: int, depth: int = DEEPEST) -> Targets | None:
    """Rows padded with -1 to one length, a float tensor [images, n, 5], in nested arguments: RetinaNet and EfficientDet by hand."""
    if type(value) is torch.Tensor and measure.is_dense(torch, value) and value.is_floating_point():
        if value.dim() != 3 or value.shape[0] != images or value.shape[2] != PADDED:
            return None
        rows = value.detach()
        image = torch.arange(images, device=rows.device).repeat_interleave(rows.shape[1])
        return Targets("padded rows", images, rows[..., 4].reshape(-1), rows[..., :4].reshape(-1, 4), image=image)
    return next(
        (t for item in (inside(value)[:16] if depth else ()) if (t := padded_among(torch, item, images, depth - 1))),
        None,
    )


def classes_of(torch: Any, scores: Any, target: Any, name: str = "") -> Targets | None:
    """The target of a loss over classes. `name` is the loss function, empty for a module's."""
    if not measure.usable(torch, scores) or not measure.readable(torch, target):
        return None
    target, shape = target.detach(), tuple(scores.shape)
    images, classes = int(target.shape[0]) if target.dim() else 1, shape[1] if len(shape) > 1 else None
    if not target.is_floating_point():
        if target.dtype == torch.bool or name.startswith(("binary", "mse")):
            target = target.float()
        elif len(shape) < 2 or target.dim() != len(shape) - 1 or (target.dim() and target.shape[0] != shape[0]):
            return None
        else:
            return Targets("classes" if target.dim() == 1 else "map", images, target, classes=classes)
    if tuple(target.shape) != shape or target.dim() > 2:
        return None
    if target.dim() == 2 and shape[1] > 1:
        return Targets("scores", images, target, classes=classes)
    return Targets("binary", images, target.reshape(-1), classes=2) if name.startswith("binary") else None


def classes_in_batch(torch: Any, batch: Any, images: int) -> Targets | None:
    """Classes in what a loader gave: the first whole numbers [n] for n samples, or those named as labels."""
    known = mapping(batch) or {}
    named = [known[k] for k in ("labels", "label", "cls", "target") if k in known]
    for item in named or inside(batch)[1:]:
        if measure.readable(torch, item) and not item.is_floating_point() and tuple(item.shape) == (images,):
            return Targets("classes", images, item.detach())
    return None


def _ultralytics(torch: Any, batch: dict[Any, Any], images: int) -> Targets | None:
    found: list[Any] = [batch.get(key) for key in ("cls", "batch_idx", "img", "bboxes")]
    ids, image, picture, boxes = found
    if is_a(picture, torch.Tensor) and picture.dim() == 4:
        images = int(picture.shape[0])
    if not measure.is_dense(torch, ids):
        return None
    if measure.is_dense(torch, boxes) and measure.is_dense(torch, image) and boxes.dim() == 2:
        return Targets(
            "ultralytics", images, ids.detach().reshape(-1), boxes.detach(), image=image.detach().reshape(-1)
        )
    if "img" in batch and measure.readable(torch, ids) and ids.dim() == 1 and boxes is None:
        return Targets("classes", images, ids.detach())
    return None


def _dicts(torch: Any, targets: Sequence[Mapping[str, Any]]) -> Targets | None:
    key = next((k for k in IDS if k in targets[0]), None)
    if key is None or not all(measure.is_dense(torch, t.get("boxes")) and key in t for t in targets):
        return None
    if not all(measure.is_dense(torch, t[key]) and t[key].dim() == 1 for t in targets):
        return None
    boxes = [t["boxes"].detach().reshape(-1, t["boxes"].shape[-1] or 4) for t in targets]
    if any(t[key].device != boxes[0].device for t in targets):  # to bring them together would wait for the device
        return None
    ids = torch.cat([t[key].detach() for t in targets])
    form = "detr" if key == "class_labels" else "torchvision"
    return Targets(form, len(targets), ids, torch.cat(boxes), per_image=tuple(len(b) for b in boxes))


def _coco(torch: Any, targets: Sequence[Any]) -> Targets | None:
    """COCO's entries as its files have them: a list per picture, or per picture a dict with `annotations`."""
    named = [mapping(t) for t in targets]
    lists = [sequence(t if n is None else n.get("annotations")) for t, n in zip(targets, named, strict=True)]
    entries = [mapping(e) or {} for entries in lists for e in entries or ()]
    if not entries or None in lists:
        return None
    if not all("category_id" in e and _is_box(e.get("bbox")) for e in entries):
        return None
    ids = torch.tensor([float(e["category_id"]) for e in entries])
    boxes = torch.tensor([[float(v) for v in e["bbox"]] for e in entries])
    return Targets("coco", len(lists), ids, boxes, per_image=tuple(len(t) for t in lists if t is not None))


def _is_box(value: Any) -> bool:
    listed = sequence(value) or ()
    return len(listed) == 4 and all(type(v) in (int, float) for v in listed)


def _is_rows(torch: Any, value: Any) -> bool:
    if type(value) is not torch.Tensor or not measure.is_dense(torch, value):
        return False
    return bool(value.is_floating_point() and value.dim() == 2 and value.shape[1] == ROW)
