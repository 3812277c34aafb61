"""B121: red and blue are exchanged between training and validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.network_inputs import Inputs, finite, training_inputs, validations
from traindx.core.picture_scale import NORMALISATIONS
from traindx.core.recording import Recording

Constants = tuple[tuple[float, ...], tuple[float, ...]]

AS_THEY_CAME: Constants = ((0.0,), (1.0,))


@check("B121", level="error", preview=True)
def validation_channels_exchanged(
    recording: Recording, *, far: float = 5.0, near: float = 2.5, min_batches: int = 5
) -> Iterator[Finding | Measured]:
    """The means of red and blue in validation are those of blue and red in training.

    ## Why is this bad?
    One of the two is read by OpenCV, which gives blue first, the other by Pillow or torchvision. The network is judged on colours
    that it has not seen.

    ## How to fix
    `cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)` after each `cv2.imread`, or one way to read pictures for both.
    Distances are in deviations of the batches' means: both channels, or their difference, must lie further than 5 from
    training's, and all three within 2.5 when exchanged, as they came or with a usual normalisation undone that the range fits.
    Another light moves channels too, and exchanging them then does not bring them back. Both numbers are a guess.
    """
    seen = [b for b in finite(training_inputs(recording)) if len(b.mean) == 3]
    found = validations(recording)
    other = [b for v in found for b in finite(v.batches) if len(b.mean) == 3]
    if len(seen) < min_batches or not other:
        raise NotEnough("too few batches of colour pictures were seen in training and validation")
    ways = [_distances(_means(seen, one), _means(other, one)) for one in _constants([*seen, *other])]
    straight, exchanged, between = min(ways, key=lambda way: way[1])
    yield Measured("distance of red and blue in validation from those of training", straight, f"under {far:g}")
    yield Measured("the same with red and blue exchanged", exchanged, "more than that")
    if straight > far and exchanged < near and between > far:
        text = (
            f"red and blue of validation lie {straight:.3g} deviations from those of training, and {exchanged:.2g} when"
        )
        yield Finding(found[0].place, f"{text} exchanged: one of the two is blue first")


def _constants(batches: Sequence[Inputs]) -> list[Constants]:
    """The normalisations that the pictures may have been through: undone, their range is that of 0..1."""
    low, high = min(b.low for b in batches), max(b.high for b in batches)
    usual = [one for one in NORMALISATIONS.values() if len(one[0]) == 3]
    ends = [[(end - m) / s for m, s in zip(*one, strict=True)] for one in usual for end in (0.0, 1.0)]
    fits = [low >= min(a) - 0.05 and high <= max(b) + 0.05 for a, b in zip(ends[::2], ends[1::2], strict=True)]
    return [AS_THEY_CAME, *(one for one, fit in zip(usual, fits, strict=True) if fit)]


def _means(batches: Sequence[Inputs], constants: Constants) -> NDArray[np.float64]:
    return np.array([b.mean for b in batches]) * constants[1] + constants[0]


def _distances(seen: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float, float]:
    """How far red and blue, or their difference, lie as they are, how far when exchanged, and how far the two are apart in
    training. The difference varies less from batch to batch, as pictures are brighter or darker as a whole."""
    least = 1e-3 * np.abs(seen).max() + 1e-9
    spread, between = np.maximum(seen.std(axis=0), least), seen[:, 0] - seen[:, 2]
    middle, there, apart = np.median(seen, axis=0), np.median(other, axis=0), float(np.median(between))
    found, noise = float(np.median(other[:, 0] - other[:, 2])), max(float(between.std()), least)
    as_is, turned = np.abs(there - middle) / spread, np.abs(there[::-1] - middle) / spread
    straight = max(float(min(as_is[0], as_is[2])), abs(found - apart) / noise)
    exchanged = max(float(turned.max()), abs(found + apart) / noise)
    return straight, exchanged, max(abs(middle[0] - middle[2]) / spread[[0, 2]].max(), 2 * abs(apart) / noise)


def _with(*means: tuple[float, float, float]) -> Facts:
    drift = (0.0, 0.004, -0.003, 0.002, -0.004)
    train = [batch(0, 1, [m + drift[i % 5] for m in (0.6, 0.45, 0.3)], (0.2,) * 3) for i in range(60)]
    run = run_with(train[0], *(batch(0, 1, m, (0.2,) * 3) for m in means))
    details = {step: {**d, "inputs": train[step]} for step, d in run.details.items()}
    return {"recording": replace(run, details=details)}


@validation_channels_exchanged.fires_on
def blue_first_in_validation() -> Facts:
    return _with((0.301, 0.452, 0.598), (0.299, 0.449, 0.603))


def _normalised(sign: int) -> Facts:
    """Pictures of CIFAR-10, brighter or darker from batch to batch, red less blue 0.045 of the way from black to white."""
    shift, std = (0.02, -0.015, 0.01, -0.02, 0.005), (0.9, 0.9, 0.9)
    mean, scale = (np.array(v) for v in NORMALISATIONS["CIFAR-10"])

    def one(light: float, towards: int) -> dict[str, Any]:
        picture = np.array([0.4914, 0.4822, 0.4465])[::towards] + light
        return batch(-1.98, 2.12, [float(v) for v in (picture - mean) / scale], std)

    train = [one(shift[i % 5], 1) for i in range(60)]
    run = run_with(train[0], one(0.0, sign), one(0.01, sign))
    drawn = {step: {**d, "inputs": train[step]} for step, d in run.details.items()}
    return {"recording": replace(run, details=drawn)}


@validation_channels_exchanged.fires_on
def blue_first_in_pictures_whose_channels_were_made_alike() -> Facts:
    return _normalised(-1)


@validation_channels_exchanged.quiet_on
def channels_that_were_made_alike() -> Facts:
    return _normalised(1)


@validation_channels_exchanged.quiet_on
def red_first_in_both() -> Facts:
    return _with((0.601, 0.452, 0.298), (0.599, 0.449, 0.303))


@validation_channels_exchanged.quiet_on
def bluer_light_in_validation() -> Facts:
    return _with((0.45, 0.44, 0.5), (0.45, 0.44, 0.51))
