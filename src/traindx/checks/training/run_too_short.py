"""T100: the run is too short to tell."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T100", level="note")
def run_too_short(recording: Recording, *, min_passes: int = 30) -> Iterator[Finding | Measured]:
    """The run has too few backward passes for its loss curve to say anything.

    ## Why is this bad?
    The noise of single batches is larger than what a few steps can change, so neither "it learns" nor "it does not"
    can be read off the curve. Exact facts (modes, order of calls, labels) hold all the same.

    ## How to fix
    Let it run longer.

    At least `min_passes` backward passes (a guess).

    Passes are counted rather than optimizer steps, because gradient accumulation averages the loss over several passes.
    """
    passes = recording.passes
    yield Measured("backward passes", passes, f"at least {min_passes}")
    if passes < min_passes:
        place = Place(step=int(recording.step[-1]) if len(recording.step) else None)
        yield Finding(place, f"{passes} backward passes, at least {min_passes} are needed to judge the loss curve")


@run_too_short.fires_on
def six_steps() -> Facts:
    return {"recording": recording_with(falling(steps=6))}


@run_too_short.quiet_on
def sixty_steps() -> Facts:
    return {"recording": recording_with(falling(steps=60))}
