"""The learning rate of a log: what it wrote, else what the settings asked for."""

from __future__ import annotations

import numpy as np

from traindx.core.history import Floats, History
from traindx.core.number import number_of
from traindx.core.setup import Setup

NAMES = ("lr0", "lr", "learning_rate", "base_lr", "learningRate", "optim_lr")


def rates_of(history: History) -> Floats:
    """The rate of each epoch, of several groups the one with the highest median; empty if unknown.

    A group that comes down to another's rate from ten times as high is one of biases in its warm-up, and left out.
    """
    groups = [lr for lr in history.lr.values() if np.isfinite(lr).all() and len(lr)]
    own = [lr for lr in groups if not any(_comes_down_to(lr, other) for other in groups)]
    return max(own, key=lambda lr: float(np.median(lr)), default=np.empty(0))


def _comes_down_to(rate: Floats, other: Floats) -> bool:
    return bool(rate[0] > 10 * other[0] and rate[-1] <= 1.01 * other[-1])


def usual_rate(history: History, setup: Setup | None) -> float | None:
    """The highest rate that was logged for long, else the one among the settings; None where neither is known."""
    rates = rates_of(history)
    return float(np.nanmedian(rates[: max(1, len(rates) // 2)])) if len(rates) else asked_rate(setup)


def asked_rate(setup: Setup | None) -> float | None:
    """The rate among the settings."""
    asked = (number_of(str(setup.settings[name])) for name in NAMES if setup is not None and name in setup.settings)
    return next((rate for rate in asked if rate is not None), None)


def is_adaptive(setup: Setup | None) -> bool | None:
    """Whether the settings name an optimizer of Adam's kind; None where they name none."""
    words = (
        "" if setup is None else " ".join(str(setup.settings.get(n, "")) for n in ("optimizer", "opt", "optim")).lower()
    )
    if "adam" in words or "lamb" in words or "lion" in words:
        return True
    return False if "sgd" in words else None
