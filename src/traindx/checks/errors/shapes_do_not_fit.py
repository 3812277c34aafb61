"""T017: two shapes do not fit each other."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"shapes cannot be multiplied",
    r"expected input\[.*\] to have \d+ channels, but got",
    r"The size of tensor a \(\d+\) must match the size of tensor b",
    r"Expected input batch_size \(\d+\) to match target batch_size",
    r"Target size \(.*\) must be the same as input size",
    r"Using a target size \(.*\) that is different to the input size",
    r"shape '.*' is invalid for input of size",
    r"Sizes of tensors must match except in dimension",
    r"^RuntimeError: size mismatch",
    r"Kernel size can't be greater than actual input size",
    r"Output size is too small",
    r"Expected \dD .* input",
    r"expected \d+D (or \d+D )?input",
    r"multi-target not supported",
    r"only batches of spatial targets supported",
    r"should contain \d+ elements not \d+",
    r"doesn't match the broadcast shape",
    r"input\.size\(-1\) must be equal to input_size",
    r"Expected target size",
    r"Given normalized_shape=",
    r"Input (height|width|image size) \(?\d+.*doesn't match model",
)


@check("T017", level="error")
def shapes_do_not_fit(recording: Recording) -> Iterator[Finding | Measured]:
    """A layer, an operation or a loss was given a shape that does not fit.

    ## Why is this bad?
    The training cannot go on. The two shapes in the message say which side is wrong: what arrives, or what was built.

    ## How to fix
    A linear layer behind a convolution: its `in_features` is channels x height x width of what arrives (`nn.LazyLinear` or
    adaptive pooling find it). Channels: grey pictures have one, colour three, with alpha four: `convert("RGB")`. A loss: scores
    [N, K] with ids [N] for cross entropy, the same shape on both sides otherwise. Pictures [N, C, H, W], not [N, H, W, C].
    """
    yield from errors_like(recording, *PATTERNS)


@shapes_do_not_fit.fires_on
def the_linear_layer_is_built_for_another_size() -> Facts:
    return {"recording": raising("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (64x400 and 256x10)")}


@shapes_do_not_fit.fires_on
def grey_pictures() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "weight of size [16, 3, 3, 3], expected input[64, 1, 28, 28] to have 3 channels, but got 1 channels",
        )
    }


@shapes_do_not_fit.quiet_on
def samples_of_two_sizes() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "stack expects each tensor to be equal size, but got [3, 4] at entry 0 and [3, 5] at entry 1",
        )
    }


@shapes_do_not_fit.quiet_on
def a_checkpoint() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "Error(s) in loading state_dict for Net: size mismatch for fc.weight: copying a param"
        )
    }
