"""What a run learned of pictures that it was not trained on: by its own validation, or by batches that it had not seen before.

The loss of a training batch is taken before the step that learns from it. In the first pass over the data that is a loss on
unseen pictures (progressive validation: Blum, Kalai and Langford, COLT 1999); in later passes it is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from traindx.core.loaders import loaders_of, training_loader
from traindx.core.metrics import metrics_of
from traindx.core.recording import Recording
from traindx.trial.learning import curve, end_of, learned, start_of

Basis: TypeAlias = Literal["validation loss", "validation accuracy", "unseen batches", "training batches"]

LEAST_UNSEEN = 20
"""Steps of a first pass from which its curve says something. A guess."""

SAME_ORDER = 5.0
"""Losses of training and validation within this factor are taken for the same function, averaged in the same way. A guess."""

LOGGED_LOSS = re.compile(r"^(?:val|valid|validation|eval|test)[/_ ](?:\w*[/_ ])?\w*loss\w*$", re.IGNORECASE)
LOGGED_ACCURACY = re.compile(
    r"^(?:(?:val|valid|validation|eval|test)[/_ ](?:\w*[/_ ])?(?:acc|accuracy|top1|accuracy_top1)|metrics/accuracy_top1)$",
    re.IGNORECASE,
)
"""What the training's own framework calls the loss and the accuracy of its validation."""


def basis_of(runs: Sequence[Recording], *, same_loss: bool = True, same_inputs: bool = True) -> Basis | None:
    """The first basis that all runs of a trial have; None where none compares them.

    `same_loss`: all minimise the same function; without it only an accuracy compares them. `same_inputs`: their training batches
    are made alike; without it only a validation does. A run that broke down needs none: it learned nothing by any.
    """
    whole = [run for run in runs if not broke(run)]
    if whole and same_loss and all(map(_losses, whole)):
        return "validation loss"
    if whole and all(map(_accuracies, whole)):
        return "validation accuracy"
    if not (same_loss and same_inputs):
        return None
    return "unseen batches" if whole and all(map(_is_unseen, whole)) else "training batches"


def _same_function(run: Recording, validated: float) -> bool:
    """Whether a validation loss and the loss that training ended with are of the same order."""
    steps, loss = curve(run)
    ratio = validated / end if len(loss) and (end := end_of(steps, loss)) > 0 else math.nan
    return 1 / SAME_ORDER < ratio < SAME_ORDER


def broke(run: Recording) -> bool:
    """Whether a run ended in an exception or in numbers that are not finite."""
    return learned(run) == -1.0 and (run.ending == "raised" or not math.isfinite(end_of(*curve(run))))


def by_validation(basis: Basis | None, runs: Sequence[Recording]) -> tuple[float | None, ...]:
    """The share that each of the runs, all of one seed, learned by its last validation that they have in common.

    An accuracy counts as it is. A loss is set against the highest finite one among the runs, or against the loss at the start of
    training where training and validation have the same function: a run may be validated for the first time when it has learned.
    A run that broke down has learned -1. None by a basis that is no validation.
    """
    if basis not in ("validation loss", "validation accuracy"):
        return (None,) * len(runs)
    values = _losses if basis == "validation loss" else _accuracies
    whole = [run for run in runs if not broke(run)]
    common = min((len(values(run)) for run in whole), default=0)
    last = [-1.0 if broke(run) else values(run)[common - 1] for run in runs]
    if basis == "validation accuracy":
        return tuple(last)
    top = max((v for run in whole for v in values(run)[:common] if math.isfinite(v)), default=math.nan)
    starts = [start_of(*curve(run)) for run in whole if _same_function(run, values(run)[common - 1])]
    scale = max(top, min((s for s in starts if math.isfinite(s)), default=top))
    fell = [(scale - v) / max(abs(scale), 1e-12) if math.isfinite(v) else -1.0 for v in last]
    return tuple(-1.0 if broke(run) else max(-1.0, share) for run, share in zip(runs, fell, strict=True))


def _losses(run: Recording) -> list[float]:
    """Losses of validations after the first step, as the loss function showed them or as the framework logged them."""
    seen = [v.loss for v in run.validations if v.step is not None and v.step > 0 and v.loss is not None]
    return seen or _logged(run, LOGGED_LOSS)


def _accuracies(run: Recording) -> list[float]:
    seen = [v.accuracy for v in run.validations if v.step is not None and v.step > 0 and v.accuracy is not None]
    logged = seen or _logged(run, LOGGED_ACCURACY)
    return logged if all(0 <= v <= 1 for v in logged) else [v / 100 for v in logged]


def _logged(run: Recording, names: re.Pattern[str]) -> list[float]:
    """The series of one name, or the sum of the parts where each has its own."""
    found = [s for name, s in sorted(metrics_of(run).items()) if names.match(name)]
    whole = [s for s in found if re.search(r"[/_ ](?:loss|acc|accuracy|top1|accuracy_top1)$", s.name)] or found
    parts = [[float(v) for v, step in zip(s.value, s.step, strict=True) if step > 0] for s in whole]
    if not parts:
        return []
    if names is LOGGED_ACCURACY or len(whole) < len(found):
        return parts[0]
    return [sum(values) for values in zip(*parts, strict=False)]


def _is_unseen(run: Recording) -> bool:
    """Whether every step was taken on pictures that no step before had seen, by the pass of the training's loader."""
    loader = training_loader(run)
    if loader is None or loader.facts.get("iterable") or "WeightedRandomSampler" in loader.facts.get("samplers", ()):
        return False
    passes = [p for p in loaders_of(run).training if p.loader == loader.number]
    steps = int(run.step[-1]) + 1 if len(run.step) else 0
    return len(passes) == 1 and passes[0].step == 0 and steps >= LEAST_UNSEEN
