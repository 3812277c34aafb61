"""Whether training was learned while the accuracy of validation never left chance: what there was to lose, was never there."""

from __future__ import annotations

import numpy as np

from traindx.checks.validation.curve import end_of, smooth
from traindx.checks.validation.standstill import FAR_ABOVE, gained
from traindx.core.history import Floats, History

LEARNED = 0.7
"""An accuracy of training from which it counts as learned (a guess)."""

PART, ROSE = 0.7, 1.15
"""Share of its first epoch to which a training loss has to fall where the validation loss rises from the start, to so many times
that (guesses): pictures are learned by heart whose labels say nothing of others."""


def accuracy_of(history: History, epochs: int) -> tuple[str, Floats] | None:
    """Name and known values of the accuracy of validation; None if there are fewer than `epochs`."""
    named = ((n, v[np.isfinite(v)]) for n, v in history.metrics.items() if n in ("accuracy", "accuracy_top1"))
    return next(((name, values) for name, values in named if len(values) >= epochs), None)


def learned_alone(history: History, epochs: int = 5, fell: float = 0.3, low: float = 0.2) -> str:
    """What shows that training was learned, in words; empty where nothing does, or where validation followed."""
    known = accuracy_of(history, epochs)
    if known is None:
        return ""
    name, values = known
    at_chance = float(np.nanmax(smooth(values))) < low or float(np.abs(values - 0.5).max()) < 0.03
    followed = gained(name, values) and not _never_fell(history.val_loss)
    if not at_chance or followed:
        return ""
    rose_alone = not gained(name, values) and _never_fell(history.val_loss, ROSE)
    return _learned(history, name, PART if rose_alone else fell)


def _never_fell(loss: Floats, times: float = 1.5) -> bool:
    """Whether a validation loss was lowest at its start, to 1 %, and rose by so much: an accuracy beside it moved by chance."""
    values = loss[np.isfinite(loss)]
    return (
        len(values) >= 10 and float(smooth(values).min()) >= 0.99 * values[0] > 0 and end_of(values) > times * values[0]
    )


def _learned(history: History, name: str, fell: float) -> str:
    train = history.train_metrics.get(name)
    if train is not None and end_of(train) >= LEARNED:
        return f"{name} of training rises to {end_of(train):.3g}"
    loss = history.train_loss[np.isfinite(history.train_loss)]
    if len(loss) < 5 or not 0 < loss[0] < FAR_ABOVE or end_of(loss) > fell * loss[0]:
        return ""
    return f"the training loss falls from {loss[0]:.3g} to {end_of(loss):.3g}"
