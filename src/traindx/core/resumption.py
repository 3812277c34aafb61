"""Where a run goes on from a checkpoint, and what of it was given back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traindx.core.recording import Recording


@dataclass(frozen=True)
class Resumption:
    """The whole of a model's weights was loaded before `step`, from a checkpoint that holds an optimizer's state (`checkpoint`,
    its line in the recording; `weights`, that of the load).

    `restored` names what was given its state back: optimizer, scheduler, scaler. `cold`: the optimizer that steps next has no
    state, None where that was not looked at (the start of a process).
    """

    step: int
    checkpoint: Mapping[str, Any]
    weights: Mapping[str, Any]
    restored: frozenset[str]
    cold: bool | None


def resumptions(recording: Recording) -> Iterator[Resumption]:
    """Those of a recording, in order: that at the start of the process, and those in the midst of it."""
    read: dict[int, Mapping[str, Any]] = {}
    for line in recording.lines.get("checkpoint", ()):
        if any(state.get("states") for state in line.get("optimizer", ())):
            read[int(line.get("step", 0))] = line
    stepped = {int(line["read"]): bool(line["empty"]) for line in recording.lines.get("stepped_after", ())}
    for step, checkpoint in read.items():
        loads = [w for w in recording.lines.get("weights_loaded", ()) if int(w.get("later", 0)) == step]
        whole = [w for w in loads if w.get("matched") == w.get("own") and (step == 0 or w.get("covers", 0) > 0.9)]
        if not whole or (step and step not in stepped):
            continue
        given = (line["what"] for line in recording.lines.get("restored", ()) if int(line.get("step", 0)) == step)
        weights = next((w for w in whole if w.get("path")), whole[0])
        yield Resumption(step, checkpoint, weights, frozenset(given), stepped.get(step) if step else None)
