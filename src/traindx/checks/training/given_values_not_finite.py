"""T111: a bad step was done again, and what it was given is not finite."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.replay import Replay
from traindx.core.replay_examples import born, jump, replayed, result
from traindx.core.replay_finding import replay_findings


@check("T111", level="error", preview=True)
def given_values_not_finite(replay: Replay) -> Iterator[Finding | Measured]:
    """The bad step's inputs or targets hold NaN or infinity before any operation of the network.

    Seen when the step is done again from its capsule, with the weights and the batch of that moment. A step whose loss only
    jumped and is finite in every operation is not named.

    ## Why is this bad?
    One such sample makes the loss NaN, and after the optimizer's step every weight.

    ## How to fix
    The finding names the samples, and the files where the loader told them. Look at the files, and at what the transforms make
    of them: a division by the spread of a picture of one colour, a box without area, a number that is too large for half
    precision.
    """
    yield from replay_findings(replay, "given")


@given_values_not_finite.fires_on
def a_sample_of_nan_pixels() -> Facts:
    given = {**born(name="the model's input", bad=3072, of=98304), "cause": "given", "kind": "nan"}
    return {"replay": replayed(given, result("without", bad=False, only=[3]))}


@given_values_not_finite.quiet_on
def a_jump_of_a_finite_loss() -> Facts:
    return {"replay": jump()}
