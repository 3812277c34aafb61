"""T022: a tensor that the backward pass needs was changed in place."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"has been modified by an inplace operation",
    r"a leaf Variable that requires grad is being used in an in-place operation",
    r"a view of a leaf Variable that requires grad is being used in an in-place",
)


@check("T022", level="error")
def saved_tensor_overwritten(recording: Recording) -> Iterator[Finding | Measured]:
    """A tensor that the backward pass needs was changed after the forward pass, in place.

    ## Why is this bad?
    Its gradient would be wrong, so that PyTorch stops. Also an optimizer step between a forward pass and its backward pass
    changes the weights in place: with two networks (GAN) or two losses, both backward passes have to come before the first
    step, or the forward pass has to be done again.

    ## How to fix
    Replace `x += y` by `x = x + y`, `relu_` or `inplace=True` behind a saved output by the other form, and writing into slices
    by `torch.cat` or `torch.where`. `torch.autograd.set_detect_anomaly(True)` names the forward operation.
    """
    yield from errors_like(recording, *PATTERNS)


@saved_tensor_overwritten.fires_on
def added_in_place() -> Facts:
    return {
        "recording": raising(
            "RuntimeError",
            "one of the variables needed for gradient computation has been modified by an inplace operation",
        )
    }


@saved_tensor_overwritten.quiet_on
def nothing_to_differentiate() -> Facts:
    return {
        "recording": raising("RuntimeError", "element 0 of tensors does not require grad and does not have a grad_fn")
    }
