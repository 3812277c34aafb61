"""The contact sheet: pictures with boxes as the network would get them, and what happened to the boxes, in numbers."""

from __future__ import annotations

from traindx.core.augmentation import Augmentation
from traindx.core.finding import Box, Evidence, Measured, Picture, Table

SHOWN = 12


def augmentation_overview(augmentation: Augmentation) -> tuple[Evidence, ...]:
    """Steps, ranges and boxes as a table, then results as pictures."""
    rows = [_row("training", augmentation)]
    if augmentation.validation is not None:
        rows.append(_row("validation", augmentation.validation))
    heads = (
        "pipeline",
        "named",
        "kind",
        "steps",
        "size",
        "type",
        "values",
        "boxes in",
        "out",
        "followed",
        "of them gone",
    )
    kept = [s for s in augmentation.samples if s.picture][:SHOWN]
    pictures = tuple(
        Picture(s.picture, tuple(Box(*corners) for corners in s.boxes), f"{s.path.rpartition('/')[2]}, augmented")
        for s in kept
    )
    return (
        Measured("samples augmented", len(augmentation.samples)),
        Table("Augmentation", heads, tuple(rows)),
        *pictures,
    )


def _row(use: str, found: Augmentation) -> tuple[str | int, ...]:
    samples = found.samples
    sizes = sorted({f"{s.size[1]} x {s.size[0]}" for s in samples})
    boxes = [box for _, box in found.boxes]
    return (
        use,
        found.spec,
        found.kind,
        ", ".join(step.name for step in found.steps) or "not told",
        sizes[0] if len(sizes) == 1 else f"{len(sizes)} sizes, as {sizes[0]}",
        " and ".join(sorted({s.dtype for s in samples})),
        f"{min(s.low for s in samples):.3g} to {max(s.high for s in samples):.3g}",
        sum(s.boxes_in for s in samples),
        sum(len(s.boxes) for s in samples),
        len(boxes),
        sum(box.seen is None for box in boxes),
    )
