"""What the network received step by step, as a typed view of a recording: targets, parts of the loss, positives, batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.core.recording import Recording

TORCHVISION = "GeneralizedRCNNTransform"
"""The layer of all torchvision detectors that takes pictures and boxes: corners in pixels."""


@dataclass(frozen=True)
class BoxesSeen:
    """Boxes of one batch: least and largest of the four numbers as received, the format that fits most of them, the format
    that the owner of the form reads, how many are valid in each, and how many leave the picture or have no area."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    format: str
    unit: str
    expected: tuple[str, str]
    valid: Mapping[str, int]
    outside: int
    no_area: int


@dataclass(frozen=True)
class Assignment:
    """One assignment of a detector: predictions that are to match a target, of how many; targets, and those without any; the
    overlap of a target with the anchor that fits it best, on average, where anchors are boxes."""

    positives: int
    candidates: int
    targets: int
    unmatched: int
    best: float | None = None


@dataclass(frozen=True)
class Received:
    """What the first batch of one recorded step brought; fields that were not seen are empty or None.

    `form` is that of `targets`, `source` where they were seen (`forward`, `loss`, `loader`); `classes` counts targets by id.
    `num_classes` is what the scores or the model have. `hash` is the batch's; `distinct` how many of `samples` differ.
    """

    step: int
    form: str = ""
    source: str = ""
    images: int = 0
    count: int = 0
    empty: int | None = None
    classes: Mapping[float, float] = field(default_factory=dict)
    num_classes: int | None = None
    ids_outside: int = 0
    boxes: BoxesSeen | None = None
    loss_parts: Mapping[str, float] = field(default_factory=dict)
    parts_without_gradient: tuple[str, ...] = ()
    positives: Mapping[str, Assignment] = field(default_factory=dict)
    hash: str | None = None
    samples: int = 0
    distinct: int = 0
    files: tuple[str, ...] = ()


def received(recording: Recording) -> tuple[Received, ...]:
    """What each recorded step received, in order."""
    return tuple(_received(step, details) for step, details in sorted(recording.details.items()))


def owner_reads_boxes(recording: Recording, received: Received) -> bool:
    """Whether boxes go to the network whose reading their form tells. A list of dicts with `boxes` and `labels` is what
    torchvision's detectors take, and what people give to detectors of their own, which may read shares and centres. Padded rows
    have no owner."""
    if received.form == "padded rows":
        return False
    ours = received.form != "torchvision" or not recording.layers
    return ours or any(layer.kind == TORCHVISION for layer in recording.layers)


def _received(step: int, details: Mapping[str, Any]) -> Received:
    targets, parts, batch = (details.get(key) or {} for key in ("targets", "loss_parts", "batch"))
    files = details.get("files") or {}
    return Received(
        step=step,
        form=str(targets.get("form", "")),
        source=str(targets.get("from", "")),
        images=int(targets.get("images", 0)),
        count=int(targets.get("count", 0)),
        empty=targets.get("empty"),
        classes={float(key): float(count) for key, count in (targets.get("classes") or {}).items()},
        num_classes=targets.get("num_classes"),
        ids_outside=int(targets.get("ids_outside", 0)),
        boxes=_boxes(targets.get("boxes")),
        loss_parts={str(name): float(value) for name, value in (parts.get("values") or {}).items()},
        parts_without_gradient=tuple(parts.get("no_grad", ())),
        positives={name: _assignment(found) for name, found in (details.get("positives") or {}).items()},
        hash=batch.get("hash"),
        samples=int(batch.get("samples", 0)),
        distinct=int(batch.get("distinct", 0)),
        files=tuple(f"{files['folder']}/{name}" if files.get("folder") else name for name in files.get("names", ())),
    )


def _boxes(found: Mapping[str, Any] | None) -> BoxesSeen | None:
    if not found:
        return None
    fmt, unit = found["expected"]
    return BoxesSeen(
        low=tuple(found.get("min") or ()),
        high=tuple(found.get("max") or ()),
        format=found["format"],
        unit=found["unit"],
        expected=(fmt, unit),
        valid=found["valid"],
        outside=int(found["outside"]),
        no_area=int(found["no_area"]),
    )


def _assignment(found: Mapping[str, Any]) -> Assignment:
    positives, candidates, targets, unmatched = (
        int(found.get(key, 0)) for key in ("positives", "candidates", "targets", "unmatched")
    )
    return Assignment(positives, candidates, targets, unmatched, found.get("best"))
