"""Which treatments leave two runs comparable by the loss of their training batches, and which only by a validation."""

from __future__ import annotations

from collections.abc import Sequence

from traindx.core.treatment import Treatment

CHANGES_THE_LOSS = ("focal", "class_weight", "positive_weight", "smooth", "usual_loss", "sum_loss", "turn_loss")
"""Parts of the names of treatments after which the loss is another function: it may be lower although nothing more was learned."""

CHANGES_THE_BATCHES = (
    "augment",
    "oversampl",
    "undersampl",
    "scale_batch",
    "usual_batches",
    "dropout",
    "mosaic",
    "mixup",
    "imgsz",
)
"""Parts of treatments after which what a training batch asks for is another thing: easier pictures have a lower loss."""


def same_loss(treatments: Sequence[Treatment]) -> bool:
    """Whether runs with and without these treatments minimise the same function."""
    return not any(part in t.name for t in treatments for part in CHANGES_THE_LOSS)


def same_inputs(treatments: Sequence[Treatment]) -> bool:
    """Whether runs with and without these treatments train on pictures that are made alike."""
    named = [f"{t.name} {' '.join(f'{k}={v}' for k, v in t.arguments)}" for t in treatments]
    return not any(part in name for name in named for part in CHANGES_THE_BATCHES)
