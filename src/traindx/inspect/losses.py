"""A labelled batch in the form that a model takes, and the loss that it is trained on: its own, or cross entropy of its scores."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from traindx.errors import TraindxError
from traindx.inspect.looking import scores_of

POINTS = 17
"""Key points of torchvision's detector, those of COCO."""


@dataclass(frozen=True)
class Labelled:
    """Tensors: pictures [samples, channels, size, size], the class of each (-1 where it has none), and of each the corners of its
    boxes in pixels [n, 4] with their classes [n]."""

    inputs: Any
    labels: Any
    boxes: Sequence[Any]
    classes: Sequence[Any]


def form_of(built: Any) -> str:
    """Who makes the loss, in words."""
    if built.listed:
        return "its own losses"
    if hasattr(built.model, "loss") and hasattr(built.model, "yaml"):
        return "its own losses"
    if _is_of_transformers(built):
        return "its own loss"
    return "cross entropy"


def packed(torch: Any, built: Any, given: Labelled, first: int = 0) -> Any:
    """The batch as the model is trained with it; class ids begin at `first`."""
    if built.listed:
        return list(given.inputs), [_target(torch, built, given, at, first) for at in range(len(given.inputs))]
    if form_of(built) == "its own losses":
        return _of_ultralytics(torch, built, given)
    if _is_of_transformers(built):
        size = float(given.inputs.shape[-1])
        shares = [_centred(torch, corners) / size for corners in given.boxes]
        rows = zip(given.classes, shares, strict=True)
        return given.inputs, [{"class_labels": kinds, "boxes": boxes} for kinds, boxes in rows]
    return given.inputs, given.labels


def loss_on(torch: Any, built: Any, model: Any, batch: Any) -> Any:
    """The loss of a batch that `packed` made. Raises `TraindxError` where nobody can say what it is trained on."""
    if built.listed:
        return sum(model(list(batch[0]), [dict(one) for one in batch[1]]).values())
    if isinstance(batch, dict):
        if isinstance(getattr(model, "args", None), (dict, type(None))):
            from ultralytics.utils import DEFAULT_CFG_DICT

            model.args = types.SimpleNamespace(**DEFAULT_CFG_DICT)
        return model.loss(batch)[0].sum()
    if _is_of_transformers(built):
        return model(pixel_values=batch[0], labels=batch[1]).loss
    return _of_scores(torch, built, model(batch[0]), batch[1])


def logits(scores: Any) -> Any:
    """The scores, or the logarithm of what sums to one: then the program has a loss that takes probabilities."""
    seen = scores.detach()
    sums_to_one = bool((seen >= 0).all()) and bool((seen.sum(1) - 1).abs().max() < 1e-3)
    return scores.float().clamp_min(1e-12).log() if sums_to_one and scores.shape[1] > 1 else scores.float()


def tensors(torch: Any, found: Any) -> Iterator[Any]:
    """The tensors in what a model returns."""
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from tensors(torch, value)
    elif isinstance(found, (list, tuple)):
        for value in found:
            yield from tensors(torch, value)


def _of_scores(torch: Any, built: Any, output: Any, labels: Any) -> Any:
    scores = scores_of(torch, output, built.number)
    functional = torch.nn.functional
    if built.task != "classify" or scores is None or len(scores) != len(labels) or int(labels.min()) < 0:
        what = f"{built.framework} {built.task} model"
        raise TraindxError(f"the loss of this {what} is not known", "its outputs are no scores of classes", "")
    if scores.shape[1] == 1 and int(labels.max()) <= 1:
        return functional.binary_cross_entropy_with_logits(scores[:, 0].float(), labels.float())
    if scores.shape[1] <= int(labels.max()):
        seen = f"class {int(labels.max())} of the data is beyond the {scores.shape[1]} outputs"
        raise TraindxError(seen, "there is no loss for it", "")
    return functional.cross_entropy(logits(scores), labels)


def _is_of_transformers(built: Any) -> bool:
    return built.task == "detect" and any(k.__module__.startswith("transformers") for k in type(built.model).__mro__)


def _target(torch: Any, built: Any, given: Labelled, at: int, first: int) -> dict[str, Any]:
    """Boxes and classes as torchvision takes them; masks and key points that fill the boxes, where it wants such."""
    boxes = given.boxes[at].float()
    found = {"boxes": boxes, "labels": given.classes[at].to(torch.int64) + first}
    heads = getattr(built.model, "roi_heads", None)
    if getattr(heads, "mask_predictor", None) is not None:
        high, wide = given.inputs.shape[-2:]
        y, x = torch.arange(high).view(1, -1, 1), torch.arange(wide).view(1, 1, -1)
        x0, y0, x1, y1 = (side.view(-1, 1, 1).cpu() for side in boxes.unbind(1))
        inside = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
        found["masks"] = inside.to(torch.uint8).to(boxes.device)
    if getattr(heads, "keypoint_predictor", None) is not None:
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        point = torch.cat([middle, torch.ones_like(middle[:, :1])], 1)
        found["keypoints"] = point[:, None].repeat(1, POINTS, 1)
    return found


def _of_ultralytics(torch: Any, built: Any, given: Labelled) -> dict[str, Any]:
    if built.task == "classify":
        return {"img": given.inputs, "cls": given.labels}
    size, device = float(given.inputs.shape[-1]), given.inputs.device
    counts = torch.tensor([len(kinds) for kinds in given.classes])
    which = torch.arange(len(counts)).repeat_interleave(counts).float().to(device)
    shares = [_centred(torch, corners) / size for corners in given.boxes]
    boxes = torch.cat(shares) if shares else torch.zeros(0, 4, device=device)
    kinds = torch.cat([kinds.view(-1, 1).float() for kinds in given.classes])
    return {"img": given.inputs, "batch_idx": which, "cls": kinds, "bboxes": boxes}


def _centred(torch: Any, corners: Any) -> Any:
    return torch.cat([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1).float()
