"""What happened when: the events of a run that may explain a break in its curves, by step or by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from traindx.core.check import Facts
from traindx.core.finding import Place
from traindx.core.history import History
from traindx.core.loaders import loaders_of
from traindx.core.planned_events import events
from traindx.core.recording import Event, Floats, Recording

Kind = Literal["rate", "mode", "parameters", "precision", "data", "epoch", "validation", "error"]

JUMP = 0.25
"""Share of the larger rate by which two neighbouring steps differ where the rate jumps (a guess)."""


@dataclass(frozen=True)
class Happening:
    """Something that happened at step `at` (at epoch `at` of a log), in words. `place` is the user's line, where known."""

    kind: Kind
    at: int
    words: str
    place: Place = Place()


def timeline_of(facts: Facts) -> tuple[Happening, ...]:
    """The events of the recording by step, or without one those of the log by epoch, in order."""
    recording: Recording | None = facts.get("recording")
    history: History | None = facts.get("history")
    if recording is not None:
        found = [*_rates(recording), *_events(recording), *_passes(recording), *_described(recording)]
        found += [Happening("validation", v.step + 1, "validation before this step") for v in recording.validations]
    elif history is not None:
        found = list(_of_log(history))
    else:
        found = []
    return tuple(sorted(found, key=lambda happening: happening.at))


def within(timeline: Sequence[Happening], low: int, high: int) -> tuple[Happening, ...]:
    """The events from `low` to `high`, both included."""
    return tuple(h for h in timeline if low <= h.at <= high)


def steps_of_epoch(recording: Recording, epoch: int) -> tuple[int, int] | None:
    """First and last step of an epoch, counted from 1: the passes over the loader that gave most batches to training."""
    passes = loaders_of(recording).training
    if not passes or epoch < 1:
        return None
    amounts = {p.loader: sum(q.batches for q in passes if q.loader == p.loader) for p in passes}
    own = [p for p in passes if p.loader == max(amounts, key=lambda loader: amounts[loader])]
    if epoch > len(own):
        return None
    last = int(recording.step[-1]) if len(recording.step) else 0
    return own[epoch - 1].step, own[epoch].step - 1 if epoch < len(own) else last


def jumps_of(rates: Floats) -> list[int]:
    """The positions at which a rate jumps against the one before: by `JUMP` of the larger of both, by a tenth of the highest
    rate, and three times as far as beside it, so that neither a warm-up nor a smooth decay counts."""
    change = np.abs(np.diff(rates, prepend=rates[:1]))
    far = change >= JUMP * np.maximum(np.abs(rates), np.abs(np.roll(rates, 1)))
    beside = np.maximum(np.roll(change, 1), np.append(change[1:], 0.0))
    high = float(np.nanmax(np.abs(rates))) if np.isfinite(rates).any() else 0.0
    return [int(i) for i in np.flatnonzero(far & (change >= 0.1 * high) & (change > 3 * beside) & (change > 0))]


def _rates(recording: Recording) -> Iterator[Happening]:
    known = np.isfinite(recording.lr)
    step, rates = recording.step[known], recording.lr[known]
    for i in jumps_of(rates) if len(rates) > 1 else ():
        yield Happening("rate", int(step[i]), f"the rate goes from {rates[i - 1]:.4g} to {rates[i]:.4g}")


_WORDS: dict[str, tuple[Kind, str]] = {
    "mode": ("mode", "the model is switched to {mode} mode"),
    "frozen": ("parameters", "{count} parameters are frozen"),
    "thawed": ("parameters", "{count} parameters are set free"),
    "loss_scale": ("precision", "the loss scale goes from {before} to {after}"),
    "step_skipped": ("precision", "the step is left out: {what}"),
    "nonfinite": ("error", "{what} is not finite"),
    "loader_failed": ("error", "the loader failed: {type}"),
    "exception": ("error", "{type}: {message}"),
    "treatment": ("parameters", "treatment {name}"),
    "epoch": ("epoch", "epoch {number} by {source}"),
}


def _events(recording: Recording) -> Iterator[Happening]:
    for event in recording.events:
        if event.event in _WORDS:
            kind, words = _WORDS[event.event]
            yield Happening(kind, event.step, words.format_map(_Fields(event)), _place(event))
        elif event.event == "anomaly_files":
            yield Happening("data", event.step, f"files of the odd batch: {', '.join(event.data.get('names', ())[:4])}")


class _Fields(dict[str, object]):
    """An event's fields by name; one that it lacks is a question mark."""

    def __init__(self, event: Event) -> None:
        mode = {"mode": "training" if event.data.get("training") else "evaluation"}
        super().__init__({**mode, **{k: str(v)[:120] for k, v in event.data.items()}})

    def __missing__(self, key: str) -> str:
        return "?"


def _place(event: Event) -> Place:
    source = event.source
    return Place(path=source.path, line=source.line, step=event.step) if source else Place(step=event.step)


def _passes(recording: Recording) -> Iterator[Happening]:
    for number, found in enumerate(loaders_of(recording).training):
        if number:
            yield Happening("epoch", found.step, f"pass {found.number + 1} over training loader {found.loader} begins")


def _described(recording: Recording) -> Iterator[Happening]:
    for before, after in pairwise(recording.lines.get("model", ())):
        names = [{p["name"]: p.get("optimizer") for p in line.get("parameters", ())} for line in (before, after)]
        changed = [name for name, holder in names[1].items() if names[0].get(name, "none") != holder]
        words = f"{len(changed)} parameters are held otherwise" if changed else "the model is another"
        yield Happening("parameters", int(after.get("step") or 0), words)


def _of_log(history: History) -> Iterator[Happening]:
    for index, words in events(history).items():
        kind: Kind = "data" if "mosaic" in words else "rate"
        yield Happening(kind, int(history.epoch[index]), words)
