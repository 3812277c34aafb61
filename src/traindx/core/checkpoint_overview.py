"""What a checkpoint holds, as evidence for the report's first page: its parts, and what a training that goes on would find."""

from __future__ import annotations

from collections import Counter

from traindx.core.checkpoint import Checkpoint, Part
from traindx.core.finding import Evidence, Measured, Table

WANTED = (
    ("weights", "model"),
    ("average of the weights", "ema"),
    ("optimizer", "optimizer"),
    ("schedule", "scheduler"),
    ("loss scale", "scaler"),
    ("random state", "random"),
)


def checkpoint_overview(checkpoint: Checkpoint) -> tuple[Evidence, ...]:
    """Who wrote it and how large it is, its parts as a table, and what of a training's state is there and what is not."""
    counted = checkpoint.counter
    rows = tuple(_row(part) for part in checkpoint.parts if part.tensors or part.values)
    there = [(words, ", ".join(str(p) for p in checkpoint.parts if p.role == role)) for words, role in WANTED]
    there.append(("epoch or step", "" if counted is None else f"{counted[0]} {counted[1]}"))
    there.append(("class names", "yes" if checkpoint.has_names else ""))
    return (
        Measured("size", round(checkpoint.bytes / 1e6, 1), unit="MB"),
        Measured("written by", checkpoint.writer if checkpoint.writer != "pytorch" else "PyTorch alone"),
        Table("What the checkpoint holds", ("part", "what", "tensors", "values", "type"), rows),
        Table(
            "What a training that goes on finds", ("state", "saved in"), tuple((w, p or "not saved") for w, p in there)
        ),
    )


def _row(part: Part) -> tuple[str | int, ...]:
    types = Counter(t.dtype for t in part.tensors)
    most = types.most_common(1)[0][0] if types else ""
    return str(part), part.role, len(part.tensors), sum(t.numel for t in part.tensors), most
