"""How the training was steered, as probes wrote it: loss scale, clipping and schedulers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from traindx.core.recording import Floats, Ints, Recording, Source


@dataclass(frozen=True)
class LossScale:
    """Gradient scalers: steps tried and left out, and the scale of the recorded `step`s; `bypassed` steps stepped without."""

    attempts: int
    skipped: int
    step: Ints
    scale: Floats
    bypassed: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of steps left out; nan without any."""
        return self.skipped / self.attempts if self.attempts else float("nan")


@dataclass(frozen=True)
class Clipping:
    """Clips of recorded steps: `norm` before the clip and `limit` (nan where unknown), `scaled` gradients; `cut` of `of` in all."""

    step: Ints
    norm: Floats
    limit: Floats
    scaled: tuple[int, ...]
    cut: int
    of: int


@dataclass(frozen=True)
class Scheduler:
    """A learning rate scheduler: class, the optimizer's index, settings, how often stepped (None: the run did not end), by whom,
    planned rates after so many calls (empty without a plan), and the recorded steps whose rate somebody else had set.
    `step`, `calls_before` and `rates` (nan where not told) are aligned: how often it had been stepped before a recorded step of
    its optimizer, and the rate that it had set last. `called_at` are the steps at which the callers first stepped it, `metrics`
    the values that a ReduceLROnPlateau was given, with the step before each in `metric_step`.
    """

    kind: str
    optimizer: int | None
    settings: Mapping[str, Any]
    parts: tuple[str, ...]
    calls: int | None
    callers: tuple[Source, ...]
    length: int | None
    plan_calls: Ints
    plan_rates: Floats
    overridden: tuple[int, ...]
    module: str = ""
    made_at: int = 0
    called_at: tuple[int, ...] = ()
    source: Source | None = None
    step: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    calls_before: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rates: Floats = field(default_factory=lambda: np.zeros(0))
    metrics: Floats = field(default_factory=lambda: np.zeros(0))
    metric_step: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def line(self) -> Source | None:
        """The user's line that steps it; without one that which made it."""
        return self.callers[0] if self.callers else self.source


def loss_scale_of(recording: Recording) -> LossScale | None:
    """None where no scaler was used."""
    found = {step: d["scaler"] for step, d in recording.details.items() if d.get("scaler")}
    ends = recording.lines.get("scaler_end", ())
    if not found and not ends:
        return None
    last: Mapping[str, Any] = ends[-1] if ends else max(found.values(), key=lambda f: f.get("attempts", 0))
    known = {step: f["scale"] for step, f in found.items() if f.get("scale") is not None}
    return LossScale(
        attempts=int(last.get("attempts", 0)),
        skipped=int(last.get("skipped", 0)),
        step=np.array(list(known), dtype=np.int64),
        scale=np.array(list(known.values()), dtype=np.float64),
        bypassed=tuple(step for step, f in found.items() if f.get("bypassed")),
    )


def clipping_of(recording: Recording) -> Clipping | None:
    """None where no function of torch's clipped."""
    found = {step: d["clip"] for step, d in recording.details.items() if d.get("clip")}
    if not found:
        return None
    counted = [clip for clip in found.values() if "of" in clip]
    return Clipping(
        step=np.array(list(found), dtype=np.int64),
        norm=np.array([clip.get("norm", np.nan) for clip in found.values()], dtype=np.float64),
        limit=np.array([clip.get("max_norm", np.nan) for clip in found.values()], dtype=np.float64),
        scaled=tuple(step for step, clip in found.items() if clip.get("scaled")),
        cut=int(counted[-1]["cut"]) if counted else 0,
        of=int(counted[-1]["of"]) if counted else 0,
    )


def schedulers_of(recording: Recording) -> tuple[Scheduler, ...]:
    """The schedulers in the order of their numbers."""
    entries = [(step, e) for step, d in recording.details.items() for e in d.get("schedule", ())]
    return tuple(_scheduler(line, recording, entries) for line in recording.lines.get("scheduler", ()))


def _scheduler(
    line: Mapping[str, Any], recording: Recording, entries: Sequence[tuple[int, Mapping[str, Any]]]
) -> Scheduler:
    number, plan = line["index"], line.get("plan", {})
    ends = [int(end["calls"]) for end in recording.lines.get("scheduler_end", ()) if end["scheduler"] == number]
    callers = [c for c in recording.lines.get("scheduler_call", ()) if c["scheduler"] == number]
    given = [m for m in recording.lines.get("plateau_metric", ()) if m["scheduler"] == number]
    own = [(step, e) for step, e in entries if e["scheduler"] == number]
    return Scheduler(
        kind=str(line["class"]),
        optimizer=line.get("optimizer"),
        settings=line.get("settings", {}),
        parts=tuple(str(part["class"]) for part in line.get("parts", ())),
        calls=ends[-1] if ends else None,
        callers=tuple(Source(c["path"], c["line"]) for c in callers),
        length=plan.get("length"),
        plan_calls=np.array(plan.get("calls", ()), dtype=np.int64),
        plan_rates=np.array(plan.get("rates", ()), dtype=np.float64),
        overridden=tuple(step for step, e in own if "applied" in e),
        module=str(line.get("module", "")),
        made_at=int(line.get("step", 0)),
        called_at=tuple(int(c.get("step", 0)) for c in callers),
        source=Source(line["path"], line["line"]) if line.get("path") else None,
        step=np.array([step for step, _ in own], dtype=np.int64),
        calls_before=np.array([e.get("calls", 0) for _, e in own], dtype=np.int64),
        rates=np.array([e.get("rate", np.nan) for _, e in own], dtype=np.float64),
        metrics=np.array([m["value"] for m in given], dtype=np.float64),
        metric_step=np.array([m["step"] for m in given], dtype=np.int64),
    )
