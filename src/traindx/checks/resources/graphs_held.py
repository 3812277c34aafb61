"""P112: the graphs of past steps are all kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


@check("P112", level="error")
def graphs_held(recording: Recording, *, share: float = 0.8, least: int = 10) -> Iterator[Finding | Measured]:
    """Something keeps the graph of nearly every step, or of every validation, since the first ones, over more than one epoch.

    It fires where of the marked steps at least `share` are alive, and `least` of them, or of the validations three (guesses). A sum
    that begins anew in each epoch lets them go in time and is no finding.

    ## Why is this bad?
    Each graph holds its nodes, its output and what hooks have saved, in validation all activations. Memory grows with every step
    until there is none, and each step that goes through an old graph is slower than the last.

    ## How to fix
    Keep numbers instead of tensors: `losses.append(loss.item())`, `total += loss.detach()`, `outputs.append(out.detach().cpu())`;
    `hidden = hidden.detach()` between the parts of a sequence.
    """
    begun = _second_epoch(recording)
    if begun is None:
        raise NotEnough("needs more than one epoch")
    for kind, fewest in (("training", least), ("validation", 3)):
        told = [line for line in recording.lines.get("graphs_held", ()) if line["of"] == kind and line["step"] >= begun]
        held, marked, oldest = _last(told)
        yield Measured(f"graphs of earlier {kind} that are alive", held, f"0 of {marked}" if told else "0")
        if held >= max(share * marked, fewest) and (oldest <= least or kind == "validation"):
            what = "steps" if kind == "training" else "validations"
            for place in _places(recording, kind, told[-1]["step"]):
                text = f"the graphs of {held} of {marked} {what} looked at are kept, back to step {oldest}"
                yield Finding(place, f"at step {told[-1]['step']} {text}")


def _last(told: Sequence[Mapping[str, Any]]) -> tuple[int, int, int]:
    """What the last line says: graphs alive, graphs marked, the oldest alive."""
    last: Mapping[str, Any] = told[-1] if told else {"held": 0, "marked": 0, "oldest": None}
    return int(last["held"]), int(last["marked"]), -1 if last["oldest"] is None else int(last["oldest"])


def _second_epoch(recording: Recording) -> int | None:
    """The step from which on a graph of the first epoch should have gone; without a loader the hundredth (a guess)."""
    passes, steps = loaders_of(recording).training, int(recording.step[-1]) if len(recording.step) else 0
    begun = [p.step for p in passes if p.loader == passes[0].loader][1:2] if passes else [100]
    return begun[0] + 2 if begun and steps > begun[0] + 5 else None


def _places(recording: Recording, kind: str, step: int) -> list[Place]:
    """The lines that keep a loss or an output; the line of the backward pass where none is seen."""
    for event in recording.of("graphs_held"):
        if event.data.get("of") != kind:
            continue
        lines = event.data.get("lines") or [event.data.get("line")]
        return [Place(path=event.data.get("path"), line=line, step=event.step) for line in lines]
    source = recording.sources.get("backward")
    return [Place(path=source.path, line=source.line, step=step) if source else Place(step=step)]


def _held(held: int, oldest: int | None) -> Facts:
    line = {"kind": "graphs_held", "of": "training", "step": 112, "held": held, "marked": 40, "oldest": oldest}
    event = {
        "kind": "event",
        "event": "graphs_held",
        "of": "training",
        "step": 10,
        "path": "train.py",
        "line": 20,
        "lines": [24],
    }
    return {"recording": recording_with(falling(steps=120), events=[line, event])}


@graphs_held.fires_on
def losses_in_a_list() -> Facts:
    return _held(40, 0)


@graphs_held.quiet_on
def numbers_in_a_list() -> Facts:
    return {"recording": recording_with(falling(steps=120))}


@graphs_held.quiet_on
def a_sum_that_begins_anew_in_each_epoch() -> Facts:
    return _held(0, None)
