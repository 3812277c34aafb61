"""B121: red and blue are exchanged between training and validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.network_inputs import Inputs, finite, training_inputs, validations
from traindx.core.recording import Recording

IMAGENET = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])


@check("B121", level="error", preview=True)
def validation_channels_exchanged(
    recording: Recording, *, far: float = 6.0, near: float = 2.5, min_batches: int = 5
) -> Iterator[Finding | Measured]:
    """The means of red and blue in validation are those of blue and red in training.

    ## Why is this bad?
    One of the two is read by OpenCV, which gives blue first, the other by Pillow or torchvision. The network is judged on colours
    that it has not seen.

    ## How to fix
    `cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)` after each `cv2.imread`, or one way to read pictures for both.
    Distances are in deviations of the batches' means: both channels must lie further than 6 from training's, and within 2.5 when
    exchanged, as they came or with ImageNet's normalisation undone. Another light moves channels too, and exchanging them
    then does not bring them back. Both numbers are a guess.
    """
    seen = [b for b in finite(training_inputs(recording)) if len(b.mean) == 3]
    found = validations(recording)
    other = [b for v in found for b in finite(v.batches) if len(b.mean) == 3]
    if len(seen) < min_batches or not other:
        raise NotEnough("too few batches of colour pictures were seen in training and validation")
    ways = [_distances(_means(seen, undone=u), _means(other, undone=u)) for u in (False, True)]
    straight, exchanged, between = min(ways, key=lambda way: way[1])
    yield Measured("distance of red and blue in validation from those of training", straight, f"under {far:g}")
    yield Measured("the same with red and blue exchanged", exchanged, "more than that")
    if straight > far and exchanged < near and between > far:
        text = (
            f"red and blue of validation lie {straight:.3g} deviations from those of training, and {exchanged:.2g} when"
        )
        yield Finding(found[0].place, f"{text} exchanged: one of the two is blue first")


def _means(batches: Sequence[Inputs], *, undone: bool) -> NDArray[np.float64]:
    means = np.array([b.mean for b in batches])
    return means * IMAGENET[1] + IMAGENET[0] if undone else means


def _distances(seen: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float, float]:
    """The smaller distance of red and blue as they are, the larger one when exchanged, and that between the two in training."""
    spread = np.maximum(seen.std(axis=0), 1e-3 * np.abs(seen).max() + 1e-9)
    middle, there = np.median(seen, axis=0), np.median(other, axis=0)
    as_is = np.abs(there - middle) / spread
    turned = np.abs(there[::-1] - middle) / spread
    return float(min(as_is[0], as_is[2])), float(turned.max()), float(abs(middle[0] - middle[2]) / spread[[0, 2]].max())


def _with(*means: tuple[float, float, float]) -> Facts:
    drift = (0.0, 0.004, -0.003, 0.002, -0.004)
    train = [batch(0, 1, [m + drift[i % 5] for m in (0.6, 0.45, 0.3)], (0.2,) * 3) for i in range(60)]
    run = run_with(train[0], *(batch(0, 1, m, (0.2,) * 3) for m in means))
    details = {step: {**d, "inputs": train[step]} for step, d in run.details.items()}
    return {"recording": replace(run, details=details)}


@validation_channels_exchanged.fires_on
def blue_first_in_validation() -> Facts:
    return _with((0.301, 0.452, 0.598), (0.299, 0.449, 0.603))


@validation_channels_exchanged.quiet_on
def red_first_in_both() -> Facts:
    return _with((0.601, 0.452, 0.298), (0.599, 0.449, 0.303))


@validation_channels_exchanged.quiet_on
def bluer_light_in_validation() -> Facts:
    return _with((0.45, 0.44, 0.5), (0.45, 0.44, 0.51))
