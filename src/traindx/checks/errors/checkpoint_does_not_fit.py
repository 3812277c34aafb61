"""T018: a checkpoint does not fit the model or the optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Error\(s\) in loading state_dict for",
    r"loaded state dict (contains a parameter group|has a different number of parameter groups)",
)


@check("T018", level="error")
def checkpoint_does_not_fit(recording: Recording) -> Iterator[Finding | Measured]:
    """The tensors of a checkpoint do not fit the model or the optimizer that is to take them.

    ## Why is this bad?
    The model was built otherwise than the one that was saved: another number of classes, another variant, a wrapper that puts
    `module.` before each name.

    ## How to fix
    The message lists names and shapes. Another head: leave its tensors out before loading (`state.pop("fc.weight")`) and load
    with `strict=False`, looking at what it returns. `module.` or `_orig_mod.` in front: take it off the names.
    """
    yield from errors_like(recording, *PATTERNS)


@checkpoint_does_not_fit.fires_on
def a_head_for_other_classes() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "Error(s) in loading state_dict for ResNet: size mismatch for fc.weight: copying a param"
        )
    }


@checkpoint_does_not_fit.quiet_on
def a_cut_file() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory."
        )
    }
