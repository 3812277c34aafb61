"""The recording as a fact: what one training run left behind, read from its folder.

A recording is a folder with `run.json` (written by `traindx run`: command, cwd, exit status) and one `rank-N.jsonl` per
training process: append-only JSON, one object a line, so that any tool can read it and a kill loses at most the last line.
The kinds of line, in the order in which they appear (`recorder.writer` writes them, nothing else does):

`start`       schema, rank, world_size, pid, argv, python, torch, device, time (epoch seconds)
`model`       step, name, layers [{name, kind, shape}] (modules without children), parameters [{name, shape, trainable,
              optimizer, source?}]: `optimizer` is the index of the optimizer that holds it or null; again when that changes
`optimizer`   index, class, groups [{lr, momentum?, betas?, weight_decay, parameters}] (how many), path, line
`source`      call, path, line: where the user's code first made this kind of call (zero_grad, backward, clip, step, ...)
`step`        step, time (seconds since start), loss, lr, training (bool), calls, wait, seconds, and with several backward
              passes loss_sum and backwards (`loss` is their mean); recorded steps add grad_norm, grad_before, weight_norm,
              update_norm (over what was stepped), inputs, first_input, loss_call, parameters, activations, cost, and
              with several parameter groups lrs, with clipping clip {max_norm, norm}; of the step's first batch targets,
              loss_parts, positives, batch, files (`core.received`); grad_backward, scaler, schedule, normalisation,
              clips, eval_forwards (docs/recording.md)
`validation`  step (the last one before it), time, batches, training (mode), loss?, accuracy?: forward passes without
              gradient between two training steps
`event`       event (mode, exception, nonfinite, step_skipped, treatment, capsule, detached, limit, other_threads, thinned, ...),
              step, path?, line?, and its own fields; what happens between two steps bears the number of the later one
`end`         time, steps, cost (seconds the recorder took)

`calls` is the order of calls since the last optimizer step, a letter each: z zero_grad, f forward of the root with
gradients, b backward, u unscale, c clip, s optimizer step, l scheduler step. A number that is not finite is written as
NaN, Infinity or -Infinity. `activations` holds mean, std, absmax, dead (share of channels or features that are zero over
the whole batch, for ReLU outputs and for what convolutions and linear layers behind a ReLU receive; null elsewhere) and
dead_window (the share that was so in each of the last recorded steps, ten at most), aligned with the layers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.core.chance import chance_of
from traindx.errors import TraindxError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Ending = Literal["finished", "raised", "killed", "running", "cut"]


@dataclass(frozen=True)
class Layer:
    """A module without children: dotted name, class name, shape of its weight (empty without one)."""

    name: str
    kind: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter of the root module. `optimizer` is the index of the optimizer that holds it, None if none does."""

    name: str
    shape: tuple[int, ...] = ()
    trainable: bool = True
    optimizer: int | None = 0


@dataclass(frozen=True)
class Optimizer:
    """An optimizer as built: class name and the settings of each parameter group."""

    kind: str
    groups: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Source:
    """A line of the user's own code."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Event:
    """Something that happened at a step; `data` holds the event's own fields."""

    event: str
    step: int
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source | None:
        """The user's line, if known."""
        return Source(self.data["path"], self.data["line"]) if self.data.get("path") else None


@dataclass(frozen=True)
class Validation:
    """Forward passes without gradient between two training steps. Loss and accuracy where the loss function showed them."""

    step: int
    batches: int = 0
    loss: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class Recording:
    """One rank's recording; `ranks` holds the others'.

    Arrays over written steps (length n): `step`, `time` [s], `loss` (nan where unknown, inf where not finite),
    `lr` (first group of the first optimizer that steps), `training` (1, 0, -1 unknown), `wait` [s], `seconds` [s],
    `grad_norm` (global, nan unless recorded),
    `grad_before` (norm of the gradients that were already there at the first backward after a step),
    `weight_norm` (after the step), `update_norm`; `calls` is a tuple of strings.
    `details` holds the recorded steps' other fields as written, by step; `lines` the lines of each kind, as written.
    """

    folder: str
    model: str
    layers: tuple[Layer, ...]
    parameters: tuple[Parameter, ...]
    optimizers: tuple[Optimizer, ...]
    sources: Mapping[str, Source]
    step: Ints
    time: Floats
    loss: Floats
    lr: Floats
    training: Ints
    wait: Floats
    seconds: Floats
    grad_norm: Floats
    grad_before: Floats
    weight_norm: Floats
    update_norm: Floats
    calls: tuple[str, ...]
    details: Mapping[int, Mapping[str, Any]]
    validations: tuple[Validation, ...]
    events: tuple[Event, ...]
    ending: Ending = "finished"
    start: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    cost: float = 0.0
    lines: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    rank: int = 0
    ranks: tuple[Recording, ...] = ()

    @property
    def recorded(self) -> NDArray[np.bool_]:
        """Which written steps carry the full measurements."""
        return np.isfinite(self.weight_norm)

    @property
    def update_ratio(self) -> Floats:
        """Norm of the update over norm of the weights, over all parameters that an optimizer holds; nan where not recorded."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.update_norm / self.weight_norm

    @property
    def passes(self) -> int:
        """Backward passes, or optimizer steps where these are more (a long recording writes not every step)."""
        steps = int(self.step[-1]) + 1 if len(self.step) else 0
        return max(steps, sum(calls.count("b") for calls in self.calls))

    @property
    def chance(self) -> float | None:
        """The cross entropy of guessing (`core.chance`), None where it cannot be told."""
        return chance_of(self.details.values())

    def per_layer(self, name: str) -> Floats:
        """`activations[name]` of the recorded steps: [records, layers], nan where a layer was not called."""
        return _matrix(self.details.values(), "activations", name, len(self.layers))

    def per_parameter(self, name: str) -> Floats:
        """`parameters[name]` (grad, weight or update norms) of the recorded steps: [records, parameters]."""
        return _matrix(self.details.values(), "parameters", name, len(self.parameters))

    def of(self, event: str) -> list[Event]:
        """The events of one kind, in order."""
        return [e for e in self.events if e.event == event]

    @classmethod
    def load(cls, folder: str | Path) -> Recording:
        """Read a recording's folder; a last line cut by a kill is left out. Raises `TraindxError` if there is none."""
        home = Path(folder)
        ranks = sorted(home.glob("rank-*.jsonl"), key=lambda p: (len(p.name), p.name))
        if not ranks:
            raise TraindxError(f"{home} holds no recording (no rank-*.jsonl)", "", "record one: traindx run -- COMMAND")
        run_file = home / "run.json"
        run = json.loads(run_file.read_text()) if run_file.exists() else {}
        loaded = [recording_of(_lines(path), folder=str(home), run=run) for path in ranks]
        first = max(loaded, key=lambda r: (r.rank == 0, len(r.step)))
        others = tuple(r for r in loaded if r is not first)
        seen = [line for path in [home / "watch.jsonl"] if path.exists() for line in _lines(path)]
        kinds = {str(line.get("kind")) for line in seen}
        outside = {kind: tuple(line for line in seen if line.get("kind") == kind) for kind in kinds}
        return replace(first, ranks=others, lines={**first.lines, **outside})


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = []
    with path.open("rb") as file:
        for raw in file:
            try:
                lines.append(json.loads(raw))
            except ValueError:  # cut by a kill
                continue
    return lines


def recording_of(
    lines: Iterable[Mapping[str, Any]], *, folder: str = "", run: Mapping[str, Any] | None = None
) -> Recording:
    """A recording from its lines: used for reading, and for examples made of a few hand-written lines."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(str(line.get("kind")), []).append(line)
    steps = by_kind.get("step", [])
    model = (by_kind.get("model") or [{}])[-1]
    start = (by_kind.get("start") or [{}])[0]
    events = tuple(_event(e) for e in by_kind.get("event", ()))
    end = by_kind.get("end")
    return Recording(
        folder=folder,
        model=str(model.get("name", "")),
        layers=tuple(Layer(x["name"], x["kind"], tuple(x.get("shape", ()))) for x in model.get("layers", ())),
        parameters=tuple(
            Parameter(p["name"], tuple(p.get("shape", ())), p.get("trainable", True), p.get("optimizer"))
            for p in model.get("parameters", ())
        ),
        optimizers=tuple(Optimizer(o["class"], tuple(o.get("groups", ()))) for o in by_kind.get("optimizer", ())),
        sources={s["call"]: Source(s["path"], s["line"]) for s in reversed(by_kind.get("source", []))},
        step=np.array([s["step"] for s in steps], dtype=np.int64),
        time=_column(steps, "time"),
        loss=_loss(steps),
        lr=_column(steps, "lr"),
        training=np.array([int(s["training"]) if s.get("training") is not None else -1 for s in steps], dtype=np.int64),
        wait=_column(steps, "wait"),
        seconds=_column(steps, "seconds"),
        grad_norm=_column(steps, "grad_norm"),
        grad_before=_column(steps, "grad_before"),
        weight_norm=_column(steps, "weight_norm"),
        update_norm=_column(steps, "update_norm"),
        calls=tuple(str(s.get("calls", "")) for s in steps),
        details={s["step"]: s for s in steps if s.get("weight_norm") is not None},
        validations=tuple(
            Validation(v["step"], v.get("batches", 0), v.get("loss"), v.get("accuracy"))
            for v in by_kind.get("validation", ())
        ),
        events=events,
        ending=_ending(end, events, run or {}),
        start=start,
        run=run or {},
        cost=float(end[-1].get("cost", 0.0)) if end else float("nan"),
        lines={kind: tuple(found) for kind, found in by_kind.items()},
        rank=int(start.get("rank", 0)),
    )


def _event(line: Mapping[str, Any]) -> Event:
    data = {k: v for k, v in line.items() if k not in ("kind", "event", "step")}
    return Event(str(line["event"]), int(line.get("step") or 0), data)


def _ending(end: Sequence[Any] | None, events: Sequence[Event], run: Mapping[str, Any]) -> Ending:
    if any(e.event == "exception" for e in events):
        return "raised"
    if any(e.event == "limit" for e in events):
        return "cut"
    if end:
        return "finished"
    return "killed" if "exit_status" in run else "running"


def _column(steps: Sequence[Mapping[str, Any]], name: str) -> Floats:
    return np.array([np.nan if (v := s.get(name)) is None else float(v) for s in steps], dtype=np.float64)


def _loss(steps: Sequence[Mapping[str, Any]]) -> Floats:
    values = _column(steps, "loss")
    broken = np.array([s.get("loss") is not None for s in steps], dtype=bool) & ~np.isfinite(values)
    values[broken] = np.inf
    return values


def _matrix(records: Iterable[Mapping[str, Any]], group: str, name: str, width: int) -> Floats:
    rows = []
    for record in records:
        values = record.get(group, {}).get(name, ())
        row = np.full(width, np.nan)
        row[: len(values)] = [np.nan if v is None else float(v) for v in values][:width]
        rows.append(row)
    return np.array(rows).reshape(len(rows), width)
