"""T408: predictions and targets of a regression loss are laid out differently, and every one is compared with every other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import DISTANCES
from traindx.core.recording import Recording


@check("T408", level="error")
def loss_broadcasts(recording: Recording) -> Iterator[Finding | Measured]:
    """Predictions [N, 1] meet targets [N]: the loss compares each prediction with the targets of all samples.

    ## Why is this bad?
    The difference of [N, 1] and [N] is [N, N]. The lowest such loss is reached by predicting the mean of the targets for
    every sample: the model learns nothing about its inputs, and nothing says so but a warning of torch.

    ## How to fix
    Give both the same shape: `loss = F.mse_loss(model(x).squeeze(1), y)`, or `y.unsqueeze(1)`.
    """
    for found in loss_calls_of(recording):
        if found.name not in DISTANCES:
            continue
        shapes = [(tuple(c.get("shape", ())), tuple(c.get("target_shape", ()))) for c in found.calls]
        spread = [(a, b) for a, b in shapes if _spreads(a, b)]
        yield Measured(f"recorded steps at which {found.shown} broadcasts", len(spread), f"0 of {len(found)}")
        if len(spread) < 0.5 * len(found):
            continue
        (scores, target), step = spread[0], found.steps[shapes.index(spread[0])]
        joined = _joined(scores, target)
        text = f"{found.shown} gets predictions {list(scores)} and targets {list(target)}: it compares {prod(joined):,} pairs"
        yield Finding(found.place, f"{text} (should be {prod(scores):,}), at step {step} and {len(spread) - 1} more")


def _joined(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...]:
    """The shape that two shapes are broadcast to, empty where they cannot be."""
    width = max(len(a), len(b))
    a, b = (1,) * (width - len(a)) + tuple(a), (1,) * (width - len(b)) + tuple(b)
    fits = all(x == y or 1 in (x, y) for x, y in zip(a, b, strict=True))
    return tuple(max(x, y) for x, y in zip(a, b, strict=True)) if fits else ()


def _spreads(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether the same sizes, but for ones, become more numbers than either had."""
    same = [x for x in a if x != 1] == [x for x in b if x != 1]
    return same and len(a) != len(b) and prod(_joined(a, b)) > max(prod(a), prod(b))


def _call(shape: list[int], target: list[int]) -> dict[str, object]:
    return {"loss_call": {"name": "mse_loss", "shape": shape, "target_shape": target}}


@loss_broadcasts.fires_on
def a_column_against_a_row() -> Facts:
    return {"recording": recording_with(flat(level=8.0), detail=_call([32, 1], [32]))}


@loss_broadcasts.quiet_on
def the_same_shape() -> Facts:
    return {"recording": recording_with(falling(), detail=_call([32, 1], [32, 1]))}


@loss_broadcasts.quiet_on
def one_target_for_all() -> Facts:
    return {"recording": recording_with(falling(), detail=_call([32, 1, 6, 6], [1]))}


@loss_broadcasts.quiet_on
def pairs_on_purpose() -> Facts:
    return {"recording": recording_with(falling(), detail=_call([32, 1], [1, 32]))}
