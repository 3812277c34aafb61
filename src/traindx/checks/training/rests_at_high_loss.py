"""T382: the optimisation has come to rest, and the loss is still high, in training and in validation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.trend import over_chance, trend


@check("T382", level="warning")
def rests_at_high_loss(
    recording: Recording,
    history: History | None = None,
    *,
    high: float = 0.4,
    moves: float = 1e-3,
    apart: float = 0.3,
    min_steps: int = 150,
    min_epochs: int = 5,
    many_steps: int = 1000,
) -> Iterator[Finding | Measured]:
    """The loss has fallen and then stays high although the weights still move, and validation is no worse than training.

    ## Why is this bad?
    The model has learned what it can: more epochs do not help. It is too small or too restricted for the task, its inputs lack
    what tells the classes apart, or a part of the labels is at random.

    ## How to fix
    Try whether it can learn a few samples by heart; if not, give it more width, depth or resolution, and less dropout,
    decay and augmentation. If it can, look at the labels.

    Judged is cross entropy over classes: it ends over `high` of ln K, falls by under a twentieth of the start in the last
    half of the run, with updates over `moves` of the weights and no decay of the rate, and a last validation loss within
    `apart` of it. Under `min_epochs` epochs (those of V403) only after `many_steps` (a guess): a deep network often stands
    so in its first ones.
    """
    reached, known = over_chance(recording), np.isfinite(recording.loss)
    if reached is None or known.sum() < min_steps or len(recording.optimizers) != 1:
        raise NotEnough(f"needs {min_steps} cross entropies over classes, of one optimizer")
    if history is not None and len(history) < min_epochs and known.sum() < many_steps:
        return
    loss, step = recording.loss[known], recording.step[known]
    seen, late = trend(loss), loss[len(loss) // 2 :]
    taken = recording.update_ratio[np.isfinite(recording.update_ratio)]
    still = float(np.median(taken[-8:])) if len(taken) else 0.0
    fall = float(np.median(late[: len(late) // 3]) - np.median(late[-len(late) // 3 :])) / max(abs(seen.start), 1e-12)
    rates = recording.lr[np.isfinite(recording.lr)]
    steered = not len(rates) or rates[-1] >= 0.3 * np.max(rates)
    checked = [v.loss for v in recording.validations if v.loss is not None][-1:]
    alike = bool(checked) and abs(checked[0] - seen.end) <= apart * seen.end
    yield Measured("cross entropy at the end over chance", reached, f"under {high:g}")
    yield Measured("fall in the last half over the start", fall, "over 0.05, or a low loss")
    if reached >= high and seen.drop >= 0.05 and fall < 0.05 and still >= moves and steered and alike:
        text = f"the loss rests at {seen.end:.4g}, {reached:.0%} of chance, and validation at {checked[0]:.4g}: the weights still "
        curve = Curve("loss", (Line("loss", tuple(map(float, step)), tuple(map(float, loss))),))
        yield Finding(
            Place(step=int(step[len(step) // 2])), text + f"move by {still:.2g} of their norm a step", (curve,)
        )


def _run(loss: list[float], validation: float) -> Recording:
    call = {"loss_call": {"name": "cross_entropy", "classes": 10}}
    line = {"kind": "validation", "step": len(loss) - 1, "batches": 3, "loss": validation}
    return recording_with(loss, detail=call, events=[line])


@rests_at_high_loss.fires_on
def at_rest_at_two_thirds_of_chance() -> Facts:
    return {"recording": _run([*falling(end=1.5), *flat(level=1.5, steps=150)], 1.55)}


@rests_at_high_loss.quiet_on
def validation_far_above_training() -> Facts:
    return {"recording": _run([*falling(end=1.5), *flat(level=1.5, steps=150)], 2.9)}


@rests_at_high_loss.quiet_on
def still_falling() -> Facts:
    return {"recording": _run([2.3 - 0.005 * i for i in range(200)], 1.35)}


@rests_at_high_loss.quiet_on
def learned() -> Facts:
    return {"recording": _run([*falling(), *flat(level=0.1, steps=150)], 0.12)}


@rests_at_high_loss.quiet_on
def a_deep_network_in_its_second_epoch() -> Facts:
    run = _run([*falling(end=1.5), *flat(level=1.5, steps=150)], 1.55)
    return {"recording": run, "history": history_of([{"train/loss": 1.6}, {"train/loss": 1.5}])}
