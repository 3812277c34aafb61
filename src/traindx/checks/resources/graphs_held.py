"""P112: the graphs of past steps are all kept."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


@check("P112", level="error")
def graphs_held(recording: Recording, *, share: float = 0.8, least: int = 10) -> Iterator[Finding | Measured]:
    """Something keeps the graph of nearly every step since the first ones, over more than one epoch.

    It fires where of the recorded steps at least `share` are alive, and `least` of them (a guess). A sum that begins anew in each
    epoch lets them go in time and is no finding.

    ## Why is this bad?
    Each graph holds its nodes, its output and what hooks have saved, in validation all activations. Memory grows with every step
    until there is none, and each step that goes through an old graph is slower than the last.

    ## How to fix
    Keep numbers instead of tensors: `losses.append(loss.item())`, `total += loss.detach()`, `outputs.append(out.detach().cpu())`;
    `hidden = hidden.detach()` between the parts of a sequence.
    """
    last = max(recording.details, default=None)
    if last is None or len(recording.details) <= least or not _is_over_epochs(recording):
        raise NotEnough("needs more than one epoch, and some recorded steps")
    told = recording.details[last].get("graphs_held") or {"held": 0, "of": len(recording.details) - 1, "oldest": last}
    held, of = int(told["held"]), int(told["of"])
    yield Measured("graphs of earlier steps that are alive", held, f"0 of {of}")
    if held >= max(share * of, least) and told["oldest"] <= least:
        places = _places(recording, last)
        message = f"the graphs of {held} of {of} recorded steps are kept, back to step {told['oldest']}"
        for place in places:
            yield Finding(place, message)


def _is_over_epochs(recording: Recording) -> bool:
    """Whether a second epoch was begun and some of it is over; without a loader a hundred steps count as much (a guess)."""
    passes = loaders_of(recording).training
    if not passes:
        return bool(len(recording.step)) and int(recording.step[-1]) >= 100
    begun = [p.step for p in passes if p.loader == passes[0].loader]
    return len(begun) > 1 and int(recording.step[-1]) > begun[1] + 3


def _places(recording: Recording, step: int) -> list[Place]:
    """The lines that keep a loss or an output; the line of the backward pass where none is seen."""
    for event in recording.of("graphs_held"):
        lines = event.data.get("lines") or [event.data.get("line")]
        return [Place(path=event.data.get("path"), line=line, step=event.step) for line in lines]
    source = recording.sources.get("backward")
    return [Place(path=source.path, line=source.line, step=step) if source else Place(step=step)]


@graphs_held.fires_on
def losses_in_a_list() -> Facts:
    event = {"kind": "event", "event": "graphs_held", "step": 9, "path": "train.py", "line": 20, "lines": [24]}
    held = {"held": 118, "of": 119, "oldest": 0}
    return {"recording": recording_with(falling(steps=120), events=[event], graphs_held=held)}


@graphs_held.quiet_on
def numbers_in_a_list() -> Facts:
    return {"recording": recording_with(falling(steps=120))}


@graphs_held.quiet_on
def a_sum_that_begins_anew_in_each_epoch() -> Facts:
    return {"recording": recording_with(falling(steps=120), graphs_held={"held": 20, "of": 119, "oldest": 100})}
