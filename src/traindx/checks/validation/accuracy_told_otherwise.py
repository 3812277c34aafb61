"""V461: the accuracy that the training tells of its validation is not the share of right answers that was seen there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, Told, history_of
from traindx.core.recording import Recording


@check("V461", level="error")
def accuracy_told_otherwise(
    history: History,
    recording: Recording | None = None,
    *,
    times: int = 3,
    far: float = 0.25,
    steady: float = 0.02,
    moves: float = 0.1,
) -> Iterator[Finding | Measured]:
    """The accuracy that is printed or logged says something else than the scores that the validation loss was given.

    ## Why is this bad?
    The network is better, or worse, than the number by which it is judged: the best checkpoint, the early stop and the
    schedule may follow it. The usual faults: `argmax` over the samples instead of the classes, a sum divided by the wrong
    number (batches for samples, the training set for the validation set), labels compared in another order than the
    predictions, a count that is never set back.

    ## How to fix
    `right += (scores.argmax(1) == labels).sum().item(); seen += len(labels)`, both set to zero before each validation, and
    `right / seen` at its end.

    Compared are validations of several batches whose cross entropy was seen, with the accuracies told right after them. In
    the last `times` of them every number told is under half of what was seen and at least `far` below it (several
    accuracies of one validation may be of different data: one that fits is enough), or the numbers told are one multiple of
    what was seen, to a share of `steady`, while that itself moved by more than `moves` of its mean, or they are the mean, or the
    sum, of all validations so far. Numbers that stand beside a loss may be of the training set: of them a quarter of what was
    seen, or one multiple, counts. The limits are guesses.
    """
    told = [t for t in history.told if 0 < t.seen <= 1 and t.values and np.isfinite(t.values).all()]
    if len(told) < times:
        raise NotEnough(f"fewer than {times} validations whose accuracy was both seen and told")
    other = _is_multiple(told, steady, moves)
    scale = 0.01 if not other and max(v for t in told for v in t.values) > 1.5 else 1.0
    last, now = told[-times:], told[-1]
    gaps = [min(abs(scale * v - t.seen) for v in t.values) for t in last]
    yield Measured(
        f"gap between the accuracy told and that seen, last {times} validations", min(gaps), f"under {far:g}"
    )
    value, right = f"{now.values[0]:.4g}", f"{now.seen:.1%} of the validation set were right"
    text = ""
    if all(scale * max(t.values) < min(t.seen / (4 if t.beside_loss else 2), t.seen - far) for t in last):
        text = f"the training tells an accuracy of {value} where {right}, and so in the {times} last validations"
    elif other:
        text = f"the training tells an accuracy of {value} where {right}: {now.values[0] / now.seen:.3g} times that, each time"
    elif not now.beside_loss and (piled := _piled_up(told)):
        text = f"the training tells an accuracy of {value} where {right}: the {piled} of all validations so far"
    if text:
        yield Finding(_place(now.step, recording), f"{text} (should be the share of right answers)")


def _place(step: int, recording: Recording | None) -> Place:
    """The line that calls the model in that validation, where a recording has it."""
    lines = () if recording is None else recording.lines.get("validation", ())
    line = next((v for v in lines if v.get("step") == step), {})
    return Place(path=line.get("path"), line=line.get("line"), step=step)


def _is_multiple(told: Sequence[Told], steady: float, moves: float) -> bool:
    """Whether one number, neither about 1 nor about 100, leads from what was seen to what was told."""
    if any(len(t.values) != 1 for t in told):
        return False
    seen, values = np.array([t.seen for t in told]), np.array([t.values[0] for t in told])
    ratio = values / seen
    usual = float(np.median(ratio))
    is_other = usual > 0 and all(abs(usual / right - 1) > 0.1 for right in (1.0, 100.0))
    return is_other and bool(np.ptp(ratio) < steady * usual) and bool(np.ptp(seen) > moves * seen.mean())


def _piled_up(told: Sequence[Told], near: float = 0.01, apart: float = 0.05) -> str:
    """Whether what was told is the mean, or the sum, of what was seen up to then; empty where it is neither."""
    if any(len(t.values) != 1 for t in told):
        return ""
    seen, values = np.array([t.seen for t in told]), np.array([t.values[0] for t in told])
    sums = np.cumsum(seen)
    means = sums / np.arange(1, len(seen) + 1)
    for scale in (1.0, 0.01):
        if np.abs(scale * values - means).max() < near and np.abs(scale * values - seen).max() > apart:
            return "mean"
        if np.abs(scale * values / sums - 1).max() < near:
            return "sum"
    return ""


def _facts(*pairs: tuple[float, ...], beside_loss: bool = False) -> Facts:
    rows = [{"epoch": i + 1.0, "val/loss": 1.0} for i in range(len(pairs))]
    told = tuple(Told(50 * i + 49, tuple(values), seen, beside_loss) for i, (seen, *values) in enumerate(pairs))
    return {"history": history_of(rows, told=told)}


@accuracy_told_otherwise.fires_on
def argmax_over_the_samples() -> Facts:
    return _facts((0.62, 0.13), (0.88, 0.15), (0.95, 0.16), (0.97, 0.16))


@accuracy_told_otherwise.fires_on
def divided_by_the_number_of_batches() -> Facts:
    return _facts((0.41, 13.12), (0.62, 19.84), (0.78, 24.96), (0.85, 27.2))


@accuracy_told_otherwise.fires_on
def a_count_that_is_never_set_back() -> Facts:
    return _facts((0.4, 40.0), (0.8, 60.0), (0.9, 70.0), (0.94, 76.0))


@accuracy_told_otherwise.fires_on
def divided_by_the_size_of_the_training_set_and_printed_beside_a_loss() -> Facts:
    return _facts((0.4, 0.1125), (0.711, 0.2), (0.89, 0.2503), (0.958, 0.2695), beside_loss=True)


@accuracy_told_otherwise.quiet_on
def an_accuracy_of_mixed_training_pictures_beside_a_loss() -> Facts:
    return _facts((0.5, 0.21), (0.62, 0.29), (0.7, 0.31), (0.74, 0.33), beside_loss=True)


@accuracy_told_otherwise.quiet_on
def percent_of_batches_of_unlike_size() -> Facts:
    return _facts((0.41, 41.9), (0.62, 61.8), (0.78, 78.4), (0.85, 85.1))


@accuracy_told_otherwise.quiet_on
def two_sets_of_which_one_is_hard() -> Facts:
    return _facts((0.5, 0.9, 0.1), (0.55, 0.97, 0.11), (0.56, 0.98, 0.12))
