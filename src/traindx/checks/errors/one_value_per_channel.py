"""T025: a batch normalisation was given a single value per channel."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.example import raising
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import errors_like
from traindx.core.recording import Recording

PATTERNS = (
    r"Expected more than 1 value per channel when training",
    r"Expected more than 1 spatial element when training",
)


@check("T025", level="error")
def one_value_per_channel(recording: Recording) -> Iterator[Finding | Measured]:
    """A batch normalisation layer in training mode was given a batch of one sample without extent.

    ## Why is this bad?
    With one value there is no variance. Most often it is the last batch of the epoch, which holds what is left over.

    ## How to fix
    `drop_last=True` in the training loader, or a batch size that leaves no remainder of one. At a batch size of one: group
    normalisation, or the layer in evaluation mode.
    """
    yield from errors_like(recording, *PATTERNS)


@one_value_per_channel.fires_on
def the_last_batch_holds_one() -> Facts:
    return {
        "recording": raising(
            "ValueError", "Expected more than 1 value per channel when training, got input size torch.Size([1, 4])"
        )
    }


@one_value_per_channel.quiet_on
def channels() -> Facts:
    return {"recording": raising("RuntimeError", "running_mean should contain 5 elements not 4")}
