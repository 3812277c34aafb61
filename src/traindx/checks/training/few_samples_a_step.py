"""T380: each step learns from very few samples, and the noise of the batches drowns what is learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.batch_size import samples_of_step
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T380", level="warning")
def few_samples_a_step(
    recording: Recording, *, few: int = 4, drop: float = 0.2, min_steps: int = 40
) -> Iterator[Finding | Measured]:
    """A step of the optimizer learns from at most a handful of samples, and the loss does not fall out of its noise.

    ## Why is this bad?
    The gradient of so few samples points anywhere: at a rate that suits 32 or 64 samples the weights are driven about, and what
    one batch teaches the next one undoes.

    ## How to fix
    A larger batch, or the gradients of several accumulated (`(loss / n).backward()`, a step every n batches); where memory
    allows neither, divide the rate by as much as the batch is smaller, and use group instead of batch normalisation.

    Reported with up to `few` samples a step, accumulated batches counted, where the loss falls by less than `drop` of its
    start or than two standard errors (guesses).
    """
    samples = samples_of_step(recording)
    if samples is None or len(recording.optimizers) != 1 or recording.passes < min_steps:
        raise NotEnough(f"needs the size of the batches and {min_steps} steps of one optimizer")
    seen = trend(recording.loss)
    yield Measured("samples a step", samples, f"over {few}, or a loss that falls")
    if samples <= few and seen.start > 0 and (not seen.finite or seen.drop < drop or seen.z < 2):
        source = recording.sources.get("step")
        text = f"each step learns from {samples:.0f} samples: the loss goes from {seen.start:.4g} to {seen.end:.4g}"
        text += f", its noise is {seen.noise:.2g}"
        yield Finding(
            Place(source.path, source.line, setting="batch_size") if source else Place(setting="batch_size"), text
        )


@few_samples_a_step.fires_on
def two_samples_and_nothing_learned() -> Facts:
    return {"recording": recording_with(flat(), detail={"batch": {"samples": 2}})}


@few_samples_a_step.quiet_on
def two_samples_that_teach() -> Facts:
    return {"recording": recording_with(falling(), detail={"batch": {"samples": 2}})}


@few_samples_a_step.quiet_on
def sixteen_batches_of_two_accumulated() -> Facts:
    return {"recording": recording_with(flat(), detail={"batch": {"samples": 2}, "backwards": 16})}
