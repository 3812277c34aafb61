"""S206: a saved weight holds one and the same value throughout, though the model was trained."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

NAMED = 5
STARTS_AT_ZERO = ("lora_", "zero_conv", "conv_offset", "ada_ln", "adaln")
"""Weights that start at zero on purpose and may be saved before they moved."""


@check("S206", level="warning")
def saved_weights_all_equal(checkpoint: Checkpoint, *, least: int = 16) -> Iterator[Finding | Measured]:
    """A weight matrix or kernel holds one value throughout, though the checkpoint is of a trained model.

    ## Why is this bad?
    A layer whose weights are all zero passes nothing on; one whose weights are all equal computes the same number in every unit.
    Either the values were lost before the file was written, or the layer never got a gradient.

    ## How to fix
    Look at who wrote the file, and at that layer's gradient in training. Weights that start at zero on purpose move with
    the first steps; a file of a model that was not trained is left alone.

    `least` is the smallest weight that is looked at, a guess.
    """
    held = [
        (p, t)
        for p, t in checkpoint.weights
        if t.name.endswith("weight") and len(t.shape) > 1 and t.numel >= least and not t.not_finite
    ]
    if not held or not checkpoint.trained:
        raise NotEnough(
            "the checkpoint holds no weights of more than one dimension, or nothing shows that they were trained"
        )
    held = [(p, t) for p, t in held if not any(word in t.name.lower() for word in STARTS_AT_ZERO)]
    same = [(p, t) for p, t in held if t.constant is not None]
    yield Measured("weights that hold one value throughout", len(same), "0")
    for part, tensor in same[:NAMED]:
        share = f"{len(same)} of {len(held)} weights are so"
        text = f"all {tensor.numel:,} values of {tensor.name} in {part} are {tensor.constant:g}, and {share}"
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text)


@saved_weights_all_equal.fires_on
def head_of_zeros() -> Facts:
    return saved(model(Tensor("fc.weight", (10, 16), constant=0.0, low=0.0, high=0.0)))


@saved_weights_all_equal.quiet_on
def weights_that_differ() -> Facts:
    return saved()


@saved_weights_all_equal.quiet_on
def adapter_before_its_first_step() -> Facts:
    return saved(model(Tensor("lora_B.weight", (10, 16), constant=0.0)))
