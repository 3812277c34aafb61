"""B161: the network receives normalised pictures, and normalises them again in front of its first layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.checks.batches.normalised_twice import USUAL
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


@check("B161", level="error")
def normalised_again_inside(
    recording: Recording, *, near: float = 0.01, below: float = -0.3, batches: int = 3
) -> Iterator[Finding | Measured]:
    """A model that takes pictures in 0..1 and normalises them itself is given pictures that were normalised before.

    ## Why is this bad?
    What reaches the first layer is off centre and four times too large: pretrained weights and usual rates do not fit, and
    whoever uses the model as it is meant, with pictures in 0..1, gets other answers.

    ## How to fix
    Take `Normalize` out of the transforms, or the normalisation out of the model.

    Told by what the model and its first layer receive: the one is the other less a usual mean, over its deviation
    (ImageNet, CLIP, CIFAR, MNIST, 0.5), to `near` in each channel of `batches` batches or more, and reaches `below` or
    lower before: a picture in 0..1 does not. A model may turn -1..1 into what its body knows; that is another shift. The
    limits are guesses.
    """
    pairs = [
        (step, pair) for step, detail in recording.details.items() if (pair := _constants(detail, below)) is not None
    ]
    if not any("first_input" in detail for detail in recording.details.values()):
        raise NotEnough("the input of the first layer was not seen")
    yield Measured("batches below 0 that the model itself shifts and scales", len(pairs), "0")
    fitting = [name for name in USUAL if len(pairs) >= batches and all(_fits(pair, name, near) for _, pair in pairs)]
    if fitting:
        step, (mean, std) = pairs[0]
        layer = recording.details[step]["first_input"].get("layer")
        low = float(recording.details[step]["inputs"]["min"])
        shown = f"less {', '.join(f'{m:.3f}' for m in mean)}, over {', '.join(f'{s:.3f}' for s in std)}"
        text = f"the model normalises with {fitting[0]} ({shown}) what reaches down to {low:.3g} already"
        yield Finding(replace(fed_at(recording, step=step), layer=layer), f"{text} (should be pictures in 0..1)")


def _constants(detail: Any, below: float) -> Pair | None:
    """The mean and the deviation by which the first layer's input differs from the model's; None where they are the same."""
    given, first = detail.get("inputs") or {}, detail.get("first_input") or {}
    if (
        given.get("shape") != first.get("shape")
        or len(given.get("shape", ())) != 4
        or not (given.get("min") or 0.0) < below
    ):
        return None
    columns = [
        np.array(found.get(name) or (), dtype=np.float64) for found in (given, first) for name in ("mean", "std")
    ]
    if len({len(c) for c in columns}) != 1 or not len(columns[0]) or not all(np.isfinite(c).all() for c in columns):
        return None
    mean, std, first_mean, first_std = columns
    if (
        (std <= 0).any()
        or (first_std <= 0).any()
        or np.allclose([mean, std], [first_mean, first_std], rtol=1e-3, atol=1e-3)
    ):
        return None
    if (np.abs(first_mean) < 0.02).all() and (np.abs(first_std - 1) < 0.02).all():
        return None  # a normalisation over the batch
    scale = std / first_std
    return mean - scale * first_mean, scale


def _fits(pair: Pair, name: str, near: float) -> bool:
    constants = [np.array(c) for c in USUAL[name]]
    if len(constants[0]) not in (1, len(pair[0])):
        return False
    return all(bool((np.abs(a - b) <= near).all()) for a, b in zip(pair, constants, strict=True))


def _facts(mean: float, std: float, first_mean: float, first_std: float, low: float) -> Facts:
    given = {"shape": [32, 3, 48, 48], "min": low, "max": 2.6, "mean": 3 * [mean], "std": 3 * [std]}
    first = {**given, "mean": 3 * [first_mean], "std": 3 * [first_std], "layer": "body.stem"}
    return {"recording": recording_with(falling(), detail={"inputs": given, "first_input": first})}


@normalised_again_inside.fires_on
def minus_one_to_one_twice() -> Facts:
    return _facts(0.1, 0.5, -0.8, 1.0, low=-1.0)


@normalised_again_inside.quiet_on
def a_model_that_normalises_pictures_in_0_to_1() -> Facts:
    return _facts(0.55, 0.25, 0.1, 0.5, low=0.0)


@normalised_again_inside.quiet_on
def a_model_that_takes_minus_one_to_one_for_a_body_of_imagenet() -> Facts:
    return _facts(0.1, 0.5, 0.28, 1.1, low=-1.0)


@normalised_again_inside.quiet_on
def nothing_in_front_of_the_first_layer() -> Facts:
    return _facts(0.1, 1.0, 0.1, 1.0, low=-2.1)
