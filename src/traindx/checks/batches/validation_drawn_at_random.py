"""B123: the first batch of a validation differs from one validation to the next, though the order is the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.loaders import loaders_of
from traindx.core.network_inputs import Inputs, validations
from traindx.core.recording import Recording

_OUTSIDE = re.compile(r"optimizer\d+\.\d+")
"""The name of a parameter that an optimizer holds and the recorded network does not have."""


@check("B123", level="warning", preview=True)
def validation_drawn_at_random(recording: Recording, *, apart: float = 1e-3) -> Iterator[Finding | Measured]:
    """Validation serves the same files in the same order, and the network receives other pictures each time.

    ## Why is this bad?
    A random transform acts in validation too: most often the training's dataset was split after its transforms were set. The
    score is that of distorted pictures, and moves from epoch to epoch for that reason.

    ## How to fix
    Two datasets with the transforms of each, split by the same indices: `Subset(with_augmentation, train_ids)` and
    `Subset(without, val_ids)`.
    Means of the first batch are compared in parts of its deviation; a thousandth is a guess. Where they are one for several
    validations and then another, these are other files: another fold. Noise that the user adds in validation
    on purpose looks the same. A validation that also goes over the training's pictures is of more batches than the pass that is
    repeated, and is not looked at.
    """
    passes = [p for p in loaders_of(recording).passes if not p.training and p.order is not None]
    repeated = {p.batches for p in passes if p.same_as is not None}
    firsts = [b for v in validations(recording) if v.of > 1 and v.of in repeated for b in v.batches[:1]]
    if len(firsts) < 2 or len({p.order for p in passes if p.ended == "exhausted"}) > 1:
        raise NotEnough("no two validations of several batches in the same order were seen")
    if any(_OUTSIDE.fullmatch(p.name) for p in recording.parameters):
        raise NotEnough(
            "layers outside of the recorded network are trained too: it may receive what they make of the pictures"
        )
    if len({b.shape for b in firsts}) > 1:
        raise NotEnough("the first batch is not the same one in each validation")
    low, high = (f(b.mean[0] for b in firsts) for f in (min, max))
    moved = (high - low) / max(firsts[0].deviation, 1e-12)
    yield Measured("change of the first validation batch's mean, in deviations", moved, f"under {apart:g}")
    if moved > apart and not _fold(firsts, apart):
        text = f"the first batch of validation moves by {moved:.2g} of its deviation, with the same files in the same order"
        yield Finding(validations(recording)[0].place, f"{text}: a random transform acts in validation")


def _fold(firsts: list[Inputs], apart: float) -> bool:
    """Whether the first batch is one for several validations, then another one for several."""
    means = np.array([b.mean[0] for b in firsts])
    moved = np.abs(np.diff(means)) > apart * max(firsts[0].deviation, 1e-12)
    return bool(moved.any()) and 2 * int(moved.sum()) <= len(moved)


def _run(*means: float) -> Facts:
    first = [{**batch(0, 1, (mean,) * 3, (0.25,) * 3), "batch": 0} for mean in means]
    lines = [{"kind": "validation_inputs", "step": 20 * n, "of": 5, "batches": [b]} for n, b in enumerate(first)]
    one_pass = {"kind": "pass", "loader": 1, "training": False, "batches": 5, "ended": "exhausted", "order": "a"}
    passes = [{**one_pass, "pass": n, "same_as": 0 if n else None} for n in range(len(means))]
    return {"recording": run_with(batch(0, 1, (0.5,) * 3, (0.25,) * 3), lines=[*lines, *passes])}


@validation_drawn_at_random.fires_on
def crops_in_validation() -> Facts:
    return _run(0.5, 0.47, 0.52)


@validation_drawn_at_random.quiet_on
def the_same_pictures() -> Facts:
    return _run(0.5, 0.5, 0.5)


@validation_drawn_at_random.quiet_on
def the_training_pictures_are_evaluated_between() -> Facts:
    recording = _run(0.5, 0.47, 0.5)["recording"]
    first, second, third = recording.lines["validation_inputs"]
    seen = (first, {**second, "of": 12}, third)
    return {"recording": replace(recording, lines={**recording.lines, "validation_inputs": seen})}


@validation_drawn_at_random.quiet_on
def three_folds_of_a_cross_validation() -> Facts:
    return _run(0.5, 0.5, 0.5, 0.47, 0.47, 0.47, 0.52, 0.52, 0.52)
