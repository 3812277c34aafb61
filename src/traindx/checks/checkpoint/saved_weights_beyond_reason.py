"""S209: saved weights are finite, and larger than any that a network computes with."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

NAMED = 5


@check("S209", level="warning")
def saved_weights_beyond_reason(checkpoint: Checkpoint, *, most: float = 1e6) -> Iterator[Finding | Measured]:
    """A weight matrix or kernel holds finite values of a million and more.

    ## Why is this bad?
    What it is multiplied with leaves the range of half precision (65504) at once, and that of full precision a few layers on. A
    training that diverged leaves such weights before they become infinite; so does a file whose bytes were read in a wrong type.

    ## How to fix
    Take an earlier checkpoint, and look at the loss before this one was written. Lower the rate, or clip gradients.

    `most` is the largest value that is left alone, a guess. Biases, statistics and masks may be large on purpose
    and are not looked at.
    """
    held = [
        (part, t)
        for part, t in checkpoint.weights
        if t.name.endswith("weight") and len(t.shape) > 1 and t.largest is not None
    ]
    if not held:
        raise NotEnough("the checkpoint holds no finite weights of more than one dimension")
    yield Measured("largest weight", float(f"{max(t.largest or 0.0 for _, t in held):.3g}"), f"under {most:g}")
    beyond = [(part, t) for part, t in held if (t.largest or 0.0) > most]
    for part, tensor in beyond[:NAMED]:
        share = f"{len(beyond)} of {len(held)} weights are so"
        text = f"{tensor.name} in {part} holds values up to {tensor.largest:.3g} (should be under {most:g}); {share}"
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text)


@saved_weights_beyond_reason.fires_on
def weights_of_a_training_that_diverged() -> Facts:
    return saved(model(Tensor("fc.weight", (10, 16), low=-3e20, high=1e20, largest=3e20)))


@saved_weights_beyond_reason.quiet_on
def weights_as_usual() -> Facts:
    return saved(model(Tensor("fc.weight", (10, 16), low=-0.4, high=0.3, largest=0.4)))


@saved_weights_beyond_reason.quiet_on
def a_mask_of_large_numbers() -> Facts:
    usual = Tensor("fc.weight", (10, 16), low=-0.4, high=0.3, largest=0.4)
    return saved(model(usual, Tensor("attention.mask", (16, 16), largest=1e9)))
