"""A log in which nothing was learned: the loss stays where it was, and the metric is as poor as at its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from traindx.checks.validation.curve import end_of, noise, smooth
from traindx.core.history import Floats, History

POOR = {"mAP50-95": 0.02, "mAP50": 0.05}
"""Levels under which a metric that never rose shows that nothing is known; other metrics by `POOR_OTHERS` (guesses)."""

HALF = 0.5
"""The same of an accuracy whose loss has been where guessing cannot be; two classes at chance reach it."""

POOR_OTHERS = 0.2
CLASSES = (*range(2, 11), 20, 100, 1000)
"""Numbers of classes whose chance, ln K, a loss is compared with; others lie too close together to mean anything."""

NEAR = 0.01
"""How near to ln K a loss stands at chance, as a share of it (a guess)."""

ABOVE = 1.5
"""How far above ln K a loss may stand beside an accuracy of guessing among K: sure answers that are wrong (a guess)."""

NEVER_BELOW = 0.97
"""Share of ln K under which a loss has to come to know more than guessing; above it a fall shows nothing (a guess)."""

FAR_ABOVE = 20.0
"""A mean loss of an epoch that a classifier cannot have by guessing: ln of a million classes is 14."""

LONG = 8

SHOT_UP = 5.0
"""A first epoch whose mean loss is this many times that of all later ones: the first steps threw the weights away (a guess)."""


@dataclass(frozen=True)
class Standstill:
    """The loss of the first epoch and its level since, and of how many classes that level is the chance, if of any."""

    epochs: int
    first: float
    level: float
    classes: int | None

    @property
    def shot_up(self) -> bool:
        """Whether the first epoch's mean is far above all later ones."""
        return not self.first <= SHOT_UP * self.level

    @property
    def words(self) -> str:
        """Where the loss stood, in words."""
        k = self.classes
        if not k:
            return f"the loss stands at {self.level:.4g}"
        chance = float(np.log(k))
        where = "near" if self.level <= 1.1 * chance else "above"
        of = f"{where} ln {k} = {chance:.4g}, which guessing among {k} classes gives"
        return f"the loss stands at {self.level:.4g}, {of}"


def standstill_of(history: History, epochs: int) -> Standstill | None:
    """The standstill that a log of so many epochs shows; None where something became better, or it cannot be told.

    Five epochs are enough where the loss stands at chance and an accuracy with it. Without a metric only a loss at chance
    tells a standstill from weights that were finished before the log began.
    """
    if history.adversarial:
        return None  # a domain classifier or a discriminator is to know nothing in the end
    loss = history.train_loss if np.isfinite(history.train_loss).any() else history.val_loss
    values = loss[np.isfinite(loss)]
    if len(values) < 5 or values[0] <= 0 or np.isfinite(loss[-3:]).sum() < min(3, len(values)):
        return None
    rest = values[1:]
    start, low = float(values[0] if values[0] <= 3 * values[1] else values[1]), min(_lowest(rest), end_of(rest))
    if _never_came_back(history, values):
        return Standstill(len(values), float(values[0]), float(np.median(rest)), None)
    level = float(np.median(rest))
    classes = _at_chance_of(history, level) if _whole_loss(history) else None
    fell_to_chance = classes is not None and low >= NEVER_BELOW * np.log(classes)
    if (start - low > max(0.03 * start, 4 * noise(rest)) and not fell_to_chance) or end_of(rest) <= 0:
        return None
    shot_up = values[0] > SHOT_UP * level
    poor = _stays_poor(history, classes, HALF if shot_up else POOR_OTHERS)
    enough = len(values) >= epochs or (classes is not None and poor is True)
    if not enough or not (poor if poor is not None else classes is not None):
        return None
    return Standstill(len(values), float(values[0]), level, classes)


def _never_came_back(history: History, values: Floats) -> bool:
    """Whether a classifier's loss began and ended above what guessing has, in `LONG` epochs without any gain of its metric."""
    if len(values) < LONG or not min(values[0], end_of(values)) > FAR_ABOVE or history.metric is None:
        return False
    return (
        history.metric[0].startswith("accuracy") and _whole_loss(history) and _stays_poor(history, None, HALF) is True
    )


def _at_chance_of(history: History, level: float) -> int | None:
    """The number of classes whose chance the loss stands at; up to `ABOVE` of it if the accuracy fits."""
    if history.metric is None or not history.metric[0].startswith("accuracy"):
        return next((k for k in CLASSES if abs(level - np.log(k)) <= NEAR * np.log(k)), None)
    accuracy = float(np.nanmedian(history.metric[1]))
    fit = [k for k in CLASSES if 1 - NEAR <= level / np.log(k) <= ABOVE and accuracy * k < 1.5]
    return min(fit, key=lambda k: (5 * abs(level / np.log(k) - 1) + abs(accuracy * k - 1), k), default=None)


def _stays_poor(history: History, classes: int | None, accuracy: float) -> bool | None:
    """Whether the metric is poor (an accuracy: below the one given) and never rose by more than its noise; None without one."""
    if history.metric is None or np.isfinite(history.metric[1]).sum() < 3:
        return None
    name, values = history.metric
    finite = values[np.isfinite(values)]
    best = float(np.nanmax(smooth(values)))
    if gained(name, finite):
        return False
    always_the_same = float(np.ptp(finite)) == 0 and best < 0.9 and name.startswith("accuracy")
    at_chance = classes is not None and name.startswith("accuracy") and best < 1.5 / classes
    poor = accuracy if name.startswith("accuracy") else POOR.get(name, POOR_OTHERS)
    return best < poor or always_the_same or at_chance


def gained(name: str, values: Floats) -> bool:
    """Whether a metric's best level is above its first value by more than noise: an accuracy by a twentieth of what it lacked."""
    first, best = float(values[0]), float(np.nanmax(smooth(values)))
    least = 0.05 * (1 - first) if name.startswith("accuracy") else max(0.05 * first, 0.005)
    return best - first > max(least, 3 * noise(values))


def _lowest(values: Floats) -> float:
    return float(np.nanmin(smooth(values)))


def _whole_loss(history: History) -> bool:
    return set(history.train_parts or history.val_parts) == {"loss"}
