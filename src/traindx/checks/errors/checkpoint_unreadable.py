"""T019: a checkpoint's file is cut or no checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"PytorchStreamReader failed",
    r"unexpected EOF, expected",
    r"invalid load key",
    r"^EOFError: Ran out of input",
    r"pickle data was truncated",
    r"failed finding central directory",
    r"SafetensorError",
    r"Error while deserializing header",
    r"Weights only load failed\..*(invalid load key|Please file an issue|Unsupported operand)",
)


@check("T019", level="error")
def checkpoint_unreadable(recording: Recording) -> Iterator[Finding | Measured]:
    """A file that `torch.load` was to read is cut short, damaged, or something else than a checkpoint.

    ## Why is this bad?
    The weights in it are lost, or were never there: a process was ended while it saved, a disk was full, or a download brought
    a page of text (git-lfs pointers begin with `version`, web pages with `<`).

    ## How to fix
    Take an earlier checkpoint, or fetch the file again. Save to a temporary name and rename it afterwards, so that a kill
    leaves the old one in place.
    """
    yield from errors_like(recording, *PATTERNS, within={r"^EOFError|^OSError: \[Errno 22\]": "serialization.py"})


@checkpoint_unreadable.fires_on
def killed_while_it_saved() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "PytorchStreamReader failed reading zip archive: failed finding central directory."
        )
    }


@checkpoint_unreadable.fires_on
def a_pointer_of_git_lfs() -> Facts:
    return {"recording": raising("UnpicklingError", "invalid load key, 'v'.")}


@checkpoint_unreadable.quiet_on
def another_model() -> Facts:
    return {
        "recording": raising(
            "RuntimeError", "Error(s) in loading state_dict for ResNet: Missing key(s) in state_dict: fc.weight"
        )
    }


@checkpoint_unreadable.quiet_on
def a_whole_model_was_saved() -> Facts:
    return {
        "recording": raising(
            "UnpicklingError", "Weights only load failed. This file can still be loaded, to do so you have two options"
        )
    }
