"""T364: the loss swings up again under a momentum that remembers very many steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured
from traindx.core.rate_words import optimizer_line, optimizer_place, optimizer_words
from traindx.core.recording import Optimizer, Recording
from traindx.core.swing import largest_swing
from traindx.core.trend import over_chance, trend

LONG = 0.995
"""Momentum from which a swing counts also where the loss comes down again: a run of hundreds of steps is one memory long."""

ERRORS = 8.0
"""Standard errors that a swing under a shorter memory is more than: noise alone brings 4.6 between the lowest and the highest of 60
averages and 6.5 of 1,000 (Tippett 1925, the range of normal samples)."""


@check("T364", level="error")
def loss_swings_under_momentum(
    recording: Recording, *, momentum: float = 0.985, share: float = 0.3, acts: float = 5.0, poor: float = 0.6
) -> Iterator[Finding | Measured]:
    """The optimizer's momentum averages over very many steps, and the loss swings far up again after it has fallen.

    ## Why is this bad?
    With momentum m a gradient acts for about 1 / (1 - m) steps: at 0.99 a hundred, at 0.999 a thousand. The weights run past the
    minimum, come back and run past it again; with m of 1 or more the steps never stop growing.

    ## How to fix
    `momentum=0.9` (betas of Adam: 0.9 and 0.999); a larger one needs a smaller rate, lr times 1 / (1 - m) is what acts.

    Reported with a momentum of `momentum` or more where the loss, averaged over five steps, rises by `share` of its start
    after it was lower (guesses: 0.25 with 0.99 in a run that came to rest, 0.4 and 0.7 with 0.995 and 0.999). One optimizer
    only. Under 0.995 a swing from which the loss comes down far below where it began, as of a warm-up, is none, nor one
    within the noise. Of SGD also where rate / (1 - momentum) is `acts` or more, and the loss ends over `poor` of that of
    guessing: recipes have 0.1 to 1 there, nnU-Net with its momentum of 0.99 has 1. Guesses.
    """
    swing = largest_swing(recording)
    if swing is None or len(recording.optimizers) != 1:
        raise NotEnough("needs 20 losses of one optimizer, above zero")
    value = max((_momentum(group) for group in recording.optimizers[0].groups), default=0.0)
    yield Measured("momentum", value, f"under {momentum:g}, or a loss that does not swing")
    yield Measured("largest rise of the averaged loss over its start", swing.share, f"under {share:g}")
    strong, reached = _strength(recording, value), over_chance(recording)
    if value >= momentum and strong >= acts and reached is not None and reached > poor and swing.share < share:
        text = (
            f"{optimizer_words(recording)} has momentum {value:g}: its rate acts as {strong:.3g} (should be 0.1 to 1)"
        )
        text += f", and the loss ends at {reached:.0%} of that of guessing"
        yield Finding(replace(optimizer_place(recording, 0), setting=_setting(recording)), text)
    lasts = value >= LONG or (trend(recording.loss).end > 0.75 * swing.low and swing.errors > ERRORS)
    if value >= 1 or (value >= momentum and swing.share >= share and lasts):
        memory = f"for about {1 / (1 - value):.0f} steps" if value < 1 else "for ever"
        text = f"{optimizer_words(recording)} has momentum {value:g}: a gradient acts {memory}; the loss swings from "
        x, y = tuple(map(float, recording.step)), tuple(map(float, recording.loss))
        curve = Curve("loss", (Line("loss", x, y),), onset=swing.step)
        place = replace(optimizer_place(recording, swing.step), setting=_setting(recording))
        yield Finding(place, text + f"{swing.low:.3g} up to {swing.high:.3g} by step {swing.step}", (curve,))


def _momentum(group: Mapping[str, Any]) -> float:
    betas = group.get("betas")
    value = group.get("momentum") or (betas[0] if isinstance(betas, (list, tuple)) and betas else 0.0)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _strength(recording: Recording, momentum: float) -> float:
    """What a steady gradient comes to in the end under SGD: rate / (1 - momentum)."""
    rates = recording.lr[np.isfinite(recording.lr)]
    if recording.optimizers[0].kind != "SGD" or momentum >= 1 or not len(rates):
        return 0.0
    return float(np.median(rates)) / (1 - momentum)


def _setting(recording: Recording) -> str:
    first = (optimizer_line(recording).get("groups") or [{}])[0]
    return "betas" if first.get("betas") else "momentum"


def _run(momentum: float, loss: list[float], lr: float = 0.1, detail: Mapping[str, Any] | None = None) -> Recording:
    run = recording_with(loss, lr=lr, detail=detail)
    return replace(run, optimizers=(Optimizer("SGD", ({"lr": lr, "momentum": momentum},)),))


def _swinging() -> list[float]:
    return [*falling(steps=60), *[0.1 + 0.04 * i for i in range(30)], *falling(start=1.3, end=0.4, steps=30)]


@loss_swings_under_momentum.fires_on
def a_thousand_steps_of_memory() -> Facts:
    return {"recording": _run(0.999, _swinging())}


@loss_swings_under_momentum.quiet_on
def a_swing_in_the_warm_up_of_a_run_that_learns() -> Facts:
    loss = [*falling(start=2.4, end=2.3, steps=30), *falling(start=4.3, end=0.4, steps=200)]
    return {"recording": _run(0.99, loss, lr=0.002)}


@loss_swings_under_momentum.quiet_on
def a_loss_that_is_another_one_with_each_mixed_batch() -> Facts:
    loss = [2.3 if i < 170 else 1.4 + 0.5 * ((7 * i) % 11 - 5) / 5 + 0.3 * ((i // 5) % 3 - 1) for i in range(320)]
    return {"recording": _run(0.99, loss, lr=0.002)}


CLASSES = {"loss_call": {"name": "cross_entropy", "classes": 10}}


@loss_swings_under_momentum.fires_on
def the_rate_of_another_momentum() -> Facts:
    return {"recording": _run(0.99, falling(start=2.3, end=1.9, steps=190), detail=CLASSES)}


@loss_swings_under_momentum.quiet_on
def a_rate_that_fits_the_momentum() -> Facts:
    return {"recording": _run(0.99, falling(start=2.3, end=1.9, steps=190), lr=0.01, detail=CLASSES)}


@loss_swings_under_momentum.quiet_on
def a_swing_at_the_usual_momentum() -> Facts:
    return {"recording": _run(0.9, _swinging())}


@loss_swings_under_momentum.quiet_on
def a_long_memory_that_comes_to_rest() -> Facts:
    return {"recording": _run(0.99, falling(steps=120))}
