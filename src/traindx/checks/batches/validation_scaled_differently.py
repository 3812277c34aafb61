"""B120: the numbers that reach the network in validation have another scale than those of training."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Table
from traindx.core.input_examples import batch, run_with
from traindx.core.network_inputs import training_inputs, validations
from traindx.core.recording import Recording
from traindx.core.scale_difference import Stream, factor, shift, stream


@check("B120", level="error", preview=True)
def validation_scaled_differently(recording: Recording, *, min_batches: int = 3) -> Iterator[Finding | Measured]:
    """Validation gives the network numbers of another scale or offset than training does.

    ## Why is this bad?
    The network has learned on one range of numbers and is judged on another: its score says nothing, and in use it fails the
    same way. Most often one of the two is not normalised, or not divided by 255.

    ## How to fix
    Use the same `ToTensor` and `Normalize` for both, and leave out of validation only what is random. Range and deviation
    must differ in the same way by a factor of 1.6 (3 where the range has no hard ends), beyond all training batches, and
    neighbouring pixels by that factor too: noise, mixing and erasing change only some of these. Or both ends of the range
    have moved together.

    Numbers are a guess.
    """
    seen, found = stream(training_inputs(recording)), validations(recording)
    other = stream([b for v in found for b in v.batches])
    if seen is None or other is None or len(training_inputs(recording)) < min_batches:
        raise NotEnough("no inputs of training and validation were seen")
    if len(recording.optimizers) > 1:
        raise NotEnough("with several optimizers it is not known what a pass without gradients is for")
    yield Measured("deviation of validation inputs over that of training", other.deviation / seen.deviation, "about 1")
    yield Measured("range of validation inputs", other.words, f"{seen.words}, as in training")
    if factor(seen, other) is None and shift(seen, other) is None:
        return
    first = found[0]
    text = f"validation gives the network {other.words}; training gave it {seen.words}: {_guess(seen, other)}"
    rows = tuple((name, s.low, s.high, s.mean, s.deviation) for name, s in (("training", seen), ("validation", other)))
    table = Table("What the network receives", ("in", "least", "largest", "mean", "deviation"), rows)
    yield Finding(first.place, text, (table,))


def _guess(seen: Stream, other: Stream) -> str:
    """Which step is missing where, in words."""
    for name, one, rest in (("validation", other, seen), ("training", seen, other)):
        if one.low >= 0 and one.high > 30 and rest.high < 30:
            return f"{name} is not divided by 255"
    for name, one, rest in (("validation", other, seen), ("training", seen, other)):
        if one.low >= 0 and one.high <= 1.01 and rest.low < -0.2:
            return f"{name} is not normalised"
    return "one of the two is normalised in another way"


NORMALISED = batch(-2.1, 2.6, (0.1, 0.0, 0.2), (1.0, 1.0, 1.05), texture=(0.15, 0.25, 0.3))


@validation_scaled_differently.fires_on
def validation_without_normalisation() -> Facts:
    raw = batch(0.0, 1.0, (0.5, 0.45, 0.42), (0.23, 0.22, 0.22), texture=(0.034, 0.056, 0.07))
    return {"recording": run_with(NORMALISED, raw, raw)}


@validation_scaled_differently.fires_on
def validation_of_whole_bytes() -> Facts:
    raw = batch(0.0, 255.0, (120.0, 118.0, 110.0), (60.0, 58.0, 57.0))
    return {"recording": run_with(batch(0.0, 1.0, (0.47, 0.46, 0.43), (0.23, 0.22, 0.22)), raw)}


@validation_scaled_differently.fires_on
def training_with_the_mean_taken_off() -> Facts:
    off = batch(-0.45, 0.55, (0.0,), (0.25,), shape=(32, 1, 28, 28))
    return {"recording": run_with(off, batch(0.0, 1.0, (0.45,), (0.25,), shape=(32, 1, 28, 28)))}


@validation_scaled_differently.quiet_on
def another_light_and_size_in_validation() -> Facts:
    darker = batch(-2.1, 2.5, (-0.4, -0.4, -0.3), (0.8, 0.8, 0.8), shape=(32, 3, 64, 64), texture=(0.08, 0.14, 0.2))
    return {"recording": run_with(NORMALISED, darker, darker)}


@validation_scaled_differently.quiet_on
def noise_in_training() -> Facts:
    noisy = batch(-2.0, 3.0, (0.5,), (0.56,), texture=(0.6, 0.62, 0.62), shape=(32, 1, 28, 28))
    clean = batch(0.0, 1.0, (0.5,), (0.25,), texture=(0.05, 0.09, 0.11), shape=(32, 1, 28, 28))
    return {"recording": run_with(noisy, clean, clean)}


@validation_scaled_differently.quiet_on
def a_teacher_that_sees_other_pictures_at_each_step() -> Facts:
    raw = {**batch(0.0, 1.0, (0.5,) * 3, (0.2,) * 3), "batch": 0}
    lines = [{"kind": "validation_inputs", "step": step, "of": 1, "batches": [raw]} for step in range(60)]
    return {"recording": run_with(NORMALISED, NORMALISED, lines=lines)}
