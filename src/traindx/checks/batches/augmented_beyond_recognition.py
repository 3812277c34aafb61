"""B124: training pictures have lost the structure or the contrast that validation pictures have."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.input_examples import batch, run_with
from traindx.core.loaders import fed_at
from traindx.core.network_inputs import training_inputs, validations
from traindx.core.recording import Recording
from traindx.core.scale_difference import is_one_factor, stream


@check("B124", level="warning", preview=True)
def augmented_beyond_recognition(
    recording: Recording,
    *,
    rough: float = 2.5,
    smooth: float = 0.3,
    contrast: float = 0.45,
    wide: float = 2.0,
    min_batches: int = 5,
) -> Iterator[Finding | Measured]:
    """Neighbouring pixels differ far more, or far less, in training than in validation, noise is added, or the contrast is gone.

    ## Why is this bad?
    Noise, blur, erasing, or tiny crops drawn large leave little of what tells the classes. The network learns slowly or not at all,
    and validation, on clean pictures, may do better than training.

    ## How to fix
    Train once without augmentation: where that learns, put transforms back one by one, weaker. Look at the first batches in the
    report's page.

    Differences of neighbours are in deviations of the batch, so that the scale does not count. Crops of the usual size, mixing and
    mosaic stay within a factor of two. Of small pictures, whose neighbours differ as much as noise does, noise shows in a
    deviation `wide` times that of validation, with a range that grew by more than that and has no hard ends. Limits are a guess.
    """
    seen, other = training_inputs(recording), [b for v in validations(recording) for b in v.batches]
    one, two = stream(seen), stream(other)
    if one is None or two is None or len(seen) < min_batches:
        raise NotEnough("no inputs of training and validation were seen")
    if seen[0].shape[2:] != other[0].shape[2:] or not one.roughness > 0 or not two.roughness > 0:
        raise NotEnough("no pictures of one size were seen in training and validation")
    ratio, left = one.roughness / two.roughness, one.deviation / two.deviation
    same_range = 0.7 < (one.high - one.low) / (two.high - two.low) < 1.4
    yield Measured("roughness of training pictures over that of validation", ratio, f"{smooth:g} to {rough:g}")
    yield Measured("contrast of training pictures over that of validation", left, f"over {contrast:g}")
    if ratio > rough:
        text = f"neighbouring pixels differ {ratio:.2g} times as much in training as in validation: noise covers the picture"
    elif ratio < smooth:
        text = f"neighbouring pixels differ {1 / ratio:.2g} times less in training than in validation: blurred, or tiny crops"
    elif left > wide and two.hard and not one.hard and one.high - one.low > left * (two.high - two.low):
        if is_one_factor(two, one):
            return
        text = f"training pictures have {left:.2g} times the deviation of validation pictures, and tails: noise covers the picture"
    elif same_range and left < contrast:
        text = f"training pictures have {left:.2g} of the contrast of validation pictures"
    else:
        return
    yield Finding(fed_at(recording, step=seen[0].step, setting="augmentation"), text)


CLEAN = batch(0, 1, (0.5,) * 3, (0.25,) * 3, texture=(0.04, 0.06, 0.08))


@augmented_beyond_recognition.fires_on
def noise_over_everything() -> Facts:
    return {"recording": run_with(batch(-2, 3, (0.5,) * 3, (0.56,) * 3, texture=(0.57, 0.58, 0.58)), CLEAN)}


@augmented_beyond_recognition.fires_on
def crops_of_a_few_pixels() -> Facts:
    return {"recording": run_with(batch(0, 1, (0.5,) * 3, (0.2,) * 3, texture=(0.005, 0.01, 0.015)), CLEAN)}


@augmented_beyond_recognition.fires_on
def noise_over_small_pictures() -> Facts:
    small = batch(-0.8, 1.9, (0.0,), (1.0,), texture=(0.9, 1.1, 1.2), shape=(32, 1, 8, 8))
    noise = [
        batch(-13 - 2 * (n % 3), 13 + 2 * (n % 2), (0.0,), (4.1,), texture=(4.6, 4.6, 4.6), shape=(32, 1, 8, 8))
        for n in range(6)
    ]
    return {"recording": run_with(noise, small)}


@augmented_beyond_recognition.quiet_on
def another_scale() -> Facts:
    small = batch(-0.8, 1.9, (0.0,), (1.0,), texture=(0.9, 1.1, 1.2), shape=(32, 1, 8, 8))
    return {
        "recording": run_with(batch(-3.2, 7.6, (0.0,), (4.0,), texture=(3.6, 4.4, 4.8), shape=(32, 1, 8, 8)), small)
    }


@augmented_beyond_recognition.quiet_on
def crops_as_usual() -> Facts:
    return {"recording": run_with(batch(0, 1, (0.5,) * 3, (0.23,) * 3, texture=(0.025, 0.04, 0.06)), CLEAN)}


@augmented_beyond_recognition.quiet_on
def two_pictures_mixed() -> Facts:
    return {"recording": run_with(batch(0, 1, (0.5,) * 3, (0.17,) * 3, texture=(0.032, 0.05, 0.06)), CLEAN)}
