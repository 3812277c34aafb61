"""V438: the console log ends at a batch of one value per channel."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.errors.one_value_per_channel import PATTERNS
from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of


@check("V438", level="error", preview=True)
def log_ends_at_one_value(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at a batch normalisation that was given a single value per channel.

    ## Why is this bad?
    A variance needs two values. Most often the last batch of an epoch holds one sample.

    ## How to fix
    `DataLoader(..., drop_last=True)` for training, or another batch size. With pictures of one pixel:
    a smaller stride before the layer.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_one_value.fires_on
def a_last_batch_of_one() -> Facts:
    return _ends(
        "ValueError", "Expected more than 1 value per channel when training, got input size torch.Size([1, 256, 1, 1])"
    )


@log_ends_at_one_value.quiet_on
def another_shape() -> Facts:
    return _ends("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (64x512 and 256x10)")
