"""What changed at one epoch or step: every curve before and there, and every event near it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traindx.core.check import Facts
from traindx.core.finding import Table
from traindx.core.history import History
from traindx.core.onset import Onset, rise_in
from traindx.core.recording import Floats, Recording
from traindx.core.timeline import steps_of_epoch, timeline_of, within
from traindx.core.trend import trend
from traindx.errors import TraindxError

COLUMNS = ("what", "before", "there", "says")
"""Columns of the table, by which a renderer knows it."""

WIDTH = 20
"""Steps that are looked at before the moment that is asked for; of an epoch as many as a quarter of it, if that is more."""

NOISES = 4.0
"""A curve has changed where its level differs by so many standard deviations of a single value (a guess)."""

LISTED = 12
"""Events that are listed."""


@dataclass(frozen=True)
class _Span:
    """What is compared: positions `before` and `there` in the arrays, and the same as steps or epochs for people."""

    name: str
    before: slice
    there: slice
    low: int
    high: int


def what_happened(facts: Facts, at: str) -> Table:
    """The curves of a run before an epoch or step and there, and the events near it, as a table with `COLUMNS`.

    `at` is `14` (an epoch where the run has that many, else a step), `epoch:14` or `step:1200`. Raises `TraindxError` where the
    run has no such moment.
    """
    asked = re.fullmatch(r"(?:(epoch|step)[: ]?)?(\d+)", at.strip())
    if asked is None:
        raise TraindxError(f"--at {at!r} is no moment", "", "write --at 14, --at epoch:14 or --at step:1200")
    unit, number = asked[1], int(asked[2])
    recording, history = facts.get("recording"), facts.get("history")
    if recording is not None and len(recording.step):
        span = _in_recording(recording, unit, number)
        rows = [*_curves(_of_recording(recording), span), *_onset_row(recording, span)]
    elif history is not None and len(history):
        span = _in_history(history, number)
        rows = list(_curves(_of_history(history), span))
    else:
        raise TraindxError("the run holds no curve", "", "record one: traindx run -- COMMAND")
    events = [h for h in within(timeline_of(facts), span.low, span.high) if h.kind != "validation"]
    rows += [(f"event at {h.at}", "", h.words, str(h.place)) for h in events[:LISTED]]
    if not events:
        rows.append(
            ("events", "", "none", f"nothing was switched, frozen, skipped or odd from {span.low} to {span.high}")
        )
    return Table(f"At {span.name}", COLUMNS, tuple(rows))


def _in_recording(recording: Recording, unit: str | None, number: int) -> _Span:
    epoch = None if unit == "step" else steps_of_epoch(recording, number)
    if epoch is None and unit == "epoch":
        raise TraindxError(
            f"the recording has no epoch {number}", "epochs are passes over the training loader", "--at step:N"
        )
    last = int(recording.step[-1])
    low, high = epoch or (number, min(number + WIDTH - 1, last))
    if number > last and epoch is None:
        raise TraindxError(f"the recording ends at step {last}", f"there is no step {number}", f"--at step:{last}")
    name = f"epoch {number} (steps {low} to {high})" if epoch else f"step {number}"
    start = max(0, low - max(WIDTH, (high - low + 1) // 4 if epoch else 0))
    first, middle, end = np.searchsorted(recording.step, (start, low, high + 1))
    return _Span(name, slice(first, middle), slice(middle, end), low - (0 if epoch else 5), high)


def _in_history(history: History, number: int) -> _Span:
    found = np.flatnonzero(history.epoch == number)
    if not len(found):
        words = f"the log has epochs {int(history.epoch[0])} to {int(history.epoch[-1])}"
        raise TraindxError(words, f"there is no epoch {number}", f"--at {int(history.epoch[-1])}")
    i = int(found[0])
    return _Span(f"epoch {number}", slice(max(0, i - 5), i), slice(i, i + 1), number - 1, number + 1)


def _of_recording(recording: Recording) -> dict[str, Floats]:
    curves = {
        "loss": recording.loss,
        "learning rate": recording.lr,
        "gradient norm": recording.grad_norm,
        "update over weights": recording.update_ratio,
        "seconds a step": recording.seconds,
        "wait for data [s]": recording.wait,
        "training mode": np.where(recording.training < 0, np.nan, recording.training.astype(np.float64)),
    }
    for name in ("min", "max", "mean", "std"):
        curves[f"inputs, {name}"] = np.array([_of_inputs(recording, int(step), name) for step in recording.step])
    return curves


def _of_inputs(recording: Recording, step: int, name: str) -> float:
    """A number of the inputs of a recorded step, the mean over channels of what is known by channel; nan where unknown."""
    value = (recording.details.get(step, {}).get("inputs") or {}).get(name)
    return float("nan") if value is None else float(np.mean(value))


def _of_history(history: History) -> dict[str, Floats]:
    curves = {"training loss": history.train_loss, "validation loss": history.val_loss}
    for split, parts in (("training", history.train_parts), ("validation", history.val_parts)):
        curves |= {f"{split} {name} loss": values for name, values in parts.items() if len(parts) > 1}
    rates: dict[bytes, str] = {}  # equal ones stand once, by their first name
    for name, values in history.lr.items():
        rates.setdefault(values.tobytes(), name)
    words = {name: f"learning rate {name}" if len(rates) > 1 else "learning rate" for name in rates.values()}
    return {**curves, **history.metrics, **{words[name]: history.lr[name] for name in rates.values()}}


def _curves(curves: dict[str, Floats], span: _Span) -> Iterator[tuple[str, str, str, str]]:
    """A row for each curve that is known on both sides: medians, and whether they differ by more than its noise."""
    for name, values in curves.items():
        before, there = values[span.before], values[span.there]
        broken = int(np.isinf(there).sum())
        before, there = before[np.isfinite(before)], there[np.isfinite(there)]
        if broken:
            yield name, _level(before), "not finite", f"{broken} of {span.there.stop - span.there.start} values"
        elif len(before) and len(there):
            yield name, _level(before), _level(there), _says(name, values[: span.there.stop], before, there)


def _level(values: Floats) -> str:
    return f"{float(np.median(values)):.4g}" if len(values) else "unknown"


def _says(name: str, values: Floats, before: Floats, there: Floats) -> str:
    old, new = float(np.median(before)), float(np.median(there))
    if old == new:
        return "the same"
    factor = f"{new / old:.3g} times" if old else f"from 0 to {new:.3g}"
    if name.startswith(("learning rate", "training mode")):
        return (
            factor
            if abs(new - old) >= 0.25 * max(abs(old), abs(new))
            else f"{factor}: ruled out as the cause of a break"
        )
    known = values[np.isfinite(values)]
    noise = trend(known).noise if len(known) > 2 else 0.0
    usual = abs(new - old) <= NOISES * noise
    return (
        f"{factor}, within its noise"
        if usual
        else f"{factor}, {abs(new - old) / noise:.0f} times its noise"
        if noise
        else factor
    )


def _onset_row(recording: Recording, span: _Span) -> Iterator[tuple[str, str, str, str]]:
    middle = (span.there.start + span.there.stop) // 2
    width = max(5, min(50, (span.there.stop - span.there.start) // 2))
    found: Onset | None = rise_in(recording.loss, width=width, near=middle)
    if found is None:
        return
    step = recording.step
    where = f"step {int(step[found.at])} (95 %: {int(step[found.low])} to {int(step[min(found.high, len(step) - 1)])})"
    clear = found.rise > NOISES * found.noise
    says = f"it begins at {where}" if clear else "no break of the loss here: within its noise"
    yield "largest rise of the loss", f"{found.before:.4g}", f"{found.after:.4g}", says
