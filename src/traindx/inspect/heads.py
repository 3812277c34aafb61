"""What a built model's head says: how many classes it answers, at which strides, with which anchors and first probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.inspect.building import Built

GENERIC = ("label_", "class", "item", "id")
"""Beginnings of names that a library gives where nobody named a class, followed by a number or by nothing."""
CLASSES = ("num_classes", "nc", "n_classes", "num_labels")


def head_of(torch: Any, built: Built) -> dict[str, Any]:
    """`classes`, `from_one`, `strides`, `anchors`, `priors`, `names`, `head`: of each only what the model tells."""
    model = built.model
    found: dict[str, Any] = {"names": _names(model, built.names)}
    by_name = dict(model.named_modules())
    for name, module in by_name.items():
        kind = type(module).__name__
        if _is_ultralytics(module):
            found |= _ultralytics(torch, name, module)
        elif (
            hasattr(module, "na")
            and hasattr(module, "nc")
            and isinstance(getattr(module, "m", None), torch.nn.ModuleList)
        ):
            found |= _anchored(torch, name, module)
        elif kind == "FastRCNNPredictor":
            found |= {"head": f"{name}.cls_score", "classes": module.cls_score.out_features - 1, "from_one": True}
        elif kind in ("RetinaNetClassificationHead", "FCOSClassificationHead"):
            found |= {
                "head": f"{name}.cls_logits",
                "classes": int(module.num_classes),
                "priors": _priors(torch, name, module),
            }
        elif kind in ("SSDClassificationHead", "SSDLiteClassificationHead"):
            found |= {"head": name, "classes": int(module.num_columns) - 1, "from_one": True}
        elif kind == "Classify" and hasattr(module, "linear"):
            found |= {"head": f"{name}.linear", "classes": int(module.linear.out_features)}
    found |= _torchvision_anchors(by_name)
    if built.anchors is not None:
        found["anchors"] = {**built.anchors, "layer": found.get("head", "")}
    if "classes" not in found and built.task == "detect":
        found |= _said(model)
    return found


def _is_ultralytics(module: Any) -> bool:
    return all(hasattr(module, name) for name in ("nc", "reg_max", "cv2", "cv3", "stride"))


def _ultralytics(torch: Any, name: str, module: Any) -> dict[str, Any]:
    """Detect and what derives from it: boxes in cv2, classes in cv3."""
    branches = list(module.cv3)
    priors = {
        f"{name}.cv3.{at}.{len(branch) - 1}": _probability(torch, branch[-1].bias)
        for at, branch in enumerate(branches)
        if getattr(branch[-1], "bias", None) is not None
    }
    head = next(iter(priors), name)
    strides = [float(s) for s in module.stride if float(s) > 0]
    return {"head": head, "classes": int(module.nc), "strides": strides, "priors": priors}


def _anchored(torch: Any, name: str, module: Any) -> dict[str, Any]:
    """YOLOv5's head: the bias of each anchor holds box, objectness, classes. A class has the product of two probabilities."""
    priors = {}
    for at, layer in enumerate(module.m):
        if layer.bias is None or layer.bias.numel() != module.na * (module.nc + 5):
            continue
        bias = layer.bias.detach().view(module.na, -1)
        priors[f"{name}.m.{at}"] = float((bias[:, 4:5].sigmoid() * bias[:, 5:].sigmoid()).mean())
    stride = getattr(module, "stride", None)
    strides = [] if stride is None else [float(s) for s in stride]
    return {"head": f"{name}.m.0", "classes": int(module.nc), "strides": strides, "priors": priors}


def _priors(torch: Any, name: str, module: Any) -> dict[str, float]:
    bias = getattr(getattr(module, "cls_logits", None), "bias", None)
    return {} if bias is None else {f"{name}.cls_logits": _probability(torch, bias)}


def _probability(torch: Any, bias: Any) -> float:
    return float(bias.detach().float().sigmoid().mean())


def _torchvision_anchors(modules: Mapping[str, Any]) -> dict[str, Any]:
    """The anchors of torchvision's detectors that have sizes in pixels, by level, with the size that they scale pictures to."""
    scaling = next((m for m in modules.values() if type(m).__name__ == "GeneralizedRCNNTransform"), None)
    made = next(((n, m) for n, m in modules.items() if type(m).__name__ == "AnchorGenerator"), None)
    if scaling is None or made is None:
        return {}
    name, generator = made
    levels = [
        [(size / math.sqrt(ratio), size * math.sqrt(ratio)) for size in sizes for ratio in ratios]
        for sizes, ratios in zip(generator.sizes, generator.aspect_ratios, strict=False)
    ]
    matcher = next((m.proposal_matcher for m in modules.values() if hasattr(m, "proposal_matcher")), None)
    threshold = float(getattr(matcher, "high_threshold", 0.5))
    sides = {"shortest": int(min(scaling.min_size)), "longest": int(scaling.max_size)}
    return {"anchors": {"levels": levels, "rule": "overlap", "threshold": threshold, "layer": name, **sides}}


def _said(model: Any) -> dict[str, Any]:
    """What an unknown detector's own attributes say."""
    for holder in (model, getattr(model, "config", None), *model.children()):
        for name in CLASSES:
            value = getattr(holder, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                return {"classes": value}
    return {}


def _names(model: Any, given: Mapping[int, str]) -> dict[int, str]:
    """The class names that it carries, unless a library made them up."""
    names = given or next(_listed(model), {})
    return {} if all(_is_generic(i, name) for i, name in names.items()) else dict(names)


def _listed(model: Any) -> Iterator[dict[int, str]]:
    for key in ("names", "class_names", "classes"):
        held = getattr(model, key, None)
        pairs = dict(enumerate(held)) if isinstance(held, (list, tuple)) else held if isinstance(held, dict) else {}
        if pairs and all(isinstance(i, int) and isinstance(name, str) for i, name in pairs.items()):
            yield pairs


def _is_generic(number: int, name: str) -> bool:
    word = name.lower().removesuffix(str(number)).strip("_ ")
    return word in ("", *(beginning.strip("_ ") for beginning in GENERIC))
