"""V428: the learning rate is gone long before the end, and nothing is learned since."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.validation.curve import curves_of, end_of, noise, smooth
from traindx.checks.validation.logged_rate import asked_rate, rates_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import History, history_of
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("V428", level="warning", preview=True)
def rate_gone_early(
    history: History,
    setup: Setup | None = None,
    recording: Recording | None = None,
    *,
    gone: float = 1e-4,
    share: float = 0.5,
    low: float = 2e-3,
    early: float = 0.25,
    good: float = 0.9,
) -> Iterator[Finding | Measured]:
    """The learning rate is nearly gone long before the end, and training stands still from there.

    ## Why is this bad?
    The schedule was stepped per batch where its plan counts epochs, or its milestones or its `T_max` are too short. All
    epochs after it bought nothing.

    ## How to fix
    Step the scheduler once an epoch, or plan it in steps: `T_max=epochs * len(loader)`. Print the rate in each epoch.

    Nearly gone is a ten-thousandth (`gone`) before half of the epochs, or `low` before a quarter (`early`) of them. Quiet if the
    rate rises again later, if the metric is above `good`, or if the training loss went on falling. Defaults are guesses; a cosine
    or linear schedule is at 0.0001 of its start in its last epoch alone, and steps of a tenth are at 0.001 past two thirds.
    """
    rates = rates_of(history)
    if recording is not None or len(rates) < 6 or not np.isfinite(rates).all():
        raise NotEnough("needs a log of six epochs with the learning rate")
    top = _asked(history, rates, asked_rate(setup))
    if top <= 0:
        raise NotEnough("the rate is zero from the first epoch on, and no setting says what was asked for")
    at = _under(rates, gone * top)
    if len(rates) - at <= share * len(rates) and _under(rates, low * top) <= early * len(rates):
        at = _under(rates, low * top)
    yield Measured("epochs after the rate was gone", len(rates) - at, f"below {share:.0%} of {len(rates)}")
    if len(rates) - at <= share * len(rates) or not _stands(history, at, good):
        return
    epoch = int(history.epoch[min(at, len(rates) - 1)])
    yield Finding(
        Place(path=history.source, setting="lr"),
        f"the learning rate is {rates[min(at, len(rates) - 1)]:.3g} at epoch {epoch} and {rates[-1]:.3g} at the end (was "
        f"{top:.3g}, should last until the last epochs): nothing is learned since",
        (Measured("epoch at which the rate was gone", epoch), curves_of(history, "the rate is gone", float(epoch))),
    )


def _under(rates: np.ndarray, level: float) -> int:
    """From which epoch on the rate stays at or under a level."""
    above = np.flatnonzero(rates > level)
    return int(above[-1]) + 1 if len(above) else 0


def _asked(history: History, rates: np.ndarray, asked: float | None) -> float:
    """The highest rate; where it was a millionth already in the first epoch and falls tenfold an epoch, what 0.001 would be.

    Where none of the epochs ends at a thousandth of what the settings ask for, it is that: the rate was gone in the first.
    """
    if asked is not None and float(rates.max()) < 1e-3 * asked:
        return asked
    falls = rates[1:] < 0.2 * rates[:-1]
    return max(float(rates.max()), 1e-3) if bool(falls[:3].all()) else float(rates.max())


def _stands(history: History, at: int, good: float) -> bool:
    if history.metric is not None and end_of(history.metric[1]) >= good:
        return False
    loss = history.train_loss[max(at, 1) :]
    if np.isfinite(loss).sum() < 3:
        return False
    first = float(loss[np.isfinite(loss)][0])
    return first - float(np.nanmin(smooth(loss))) <= max(0.03 * abs(first), 4 * noise(loss))


def _run(rates: list[float], fall: float) -> Facts:
    losses = [2.3 - 0.1 * min(i, 3) - fall * max(0, i - 3) for i in range(len(rates))]
    return {"history": history_of([{"train/loss": v, "lr/0": r} for v, r in zip(losses, rates, strict=True)])}


@rate_gone_early.fires_on
def an_epoch_schedule_that_was_stepped_per_batch() -> Facts:
    return _run([0.01 * 0.03**i for i in range(15)], 0.0)


@rate_gone_early.quiet_on
def a_cosine() -> Facts:
    return _run([0.005 * (1 + float(np.cos(np.pi * i / 15))) for i in range(16)], 0.0)


@rate_gone_early.quiet_on
def a_loss_that_goes_on_falling() -> Facts:
    return _run([0.01 * 0.03**i for i in range(15)], 0.1)


@rate_gone_early.fires_on
def a_milestone_in_the_third_epoch_that_takes_nearly_all() -> Facts:
    return _run([0.03 if i < 3 else 3e-5 for i in range(24)], 0.0)


@rate_gone_early.quiet_on
def steps_of_a_tenth() -> Facts:
    return _run([0.1 * 0.1 ** (i // 6) for i in range(20)], 0.0)


def _flat(rate: float) -> Facts:
    history = history_of([{"train/loss": 2.3, "lr/0": rate}] * 10)
    return {"history": history, "setup": Setup((), "", "pytorch", {"lr": 0.01})}


@rate_gone_early.fires_on
def a_rate_that_was_gone_in_the_first_epoch() -> Facts:
    return _flat(0.0)


@rate_gone_early.quiet_on
def a_rate_below_what_was_asked_for() -> Facts:
    return _flat(5e-4)
