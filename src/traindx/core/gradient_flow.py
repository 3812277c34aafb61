"""Which parameters a gradient reaches, which an optimizer holds, and which still have the random values that they began with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.finding import Place
from traindx.core.recording import Floats, Parameter, Recording, Source

CONSTANT = ("ones_", "zeros_", "constant_")


@dataclass(frozen=True)
class Flow:
    """The parameters as the last `model` line names them, over the recorded steps since.

    `gradients` and `updates` are norms [records, parameters], nan where there is none; `backward` the norm of all stepped
    gradients when the backward pass was over (nan where none was there); `broken` tells which were there and not finite.
    """

    parameters: tuple[Parameter, ...]
    step: tuple[int, ...]
    gradients: Floats
    updates: Floats
    backward: Floats
    broken: NDArray[np.bool_]

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Which parameters had a gradient that is not zero in any record; one that is not a number arrived as well."""
        return np.asarray((np.nan_to_num(self.gradients, nan=0.0, posinf=1.0) != 0).any(axis=0) | self.broken)

    @property
    def moved(self) -> NDArray[np.bool_]:
        """Which parameters a step changed in any record."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.updates > 0).any(axis=0))

    @property
    def trained(self) -> NDArray[np.bool_]:
        """Which parameters require gradients and are held by an optimizer."""
        return np.array([p.trainable and p.optimizer is not None for p in self.parameters], dtype=bool)


def flow_of(recording: Recording) -> Flow:
    """The flow since the last description, over the steps whose gradients were written by parameter."""
    lines = recording.lines.get("model", ())
    since = int(lines[-1].get("step", 0)) if lines else 0
    rows = [i for i, (step, d) in enumerate(recording.details.items()) if step >= since and d.get("parameters")]
    details = [list(recording.details.values())[i] for i in rows]
    return Flow(
        parameters=recording.parameters,
        step=tuple(int(d["step"]) for d in details),
        gradients=recording.per_parameter("grad")[rows],
        updates=recording.per_parameter("update")[rows],
        backward=np.array([d.get("grad_backward", np.nan) for d in details], dtype=np.float64),
        broken=_not_finite([d["parameters"].get("grad", ()) for d in details], len(recording.parameters)),
    )


def _not_finite(rows: Sequence[Sequence[float | None]], width: int) -> NDArray[np.bool_]:
    """Which parameters had a gradient that was not finite in any record: written as such, where None is none."""
    found = np.zeros(width, dtype=bool)
    for row in rows:
        found[: len(row)] |= [g is not None and not np.isfinite(g) for g in row[:width]]
    return found


def layer_of(parameter: str) -> str:
    """The layer that a parameter belongs to."""
    return parameter.rpartition(".")[0]


def is_matrix(parameter: Parameter) -> bool:
    """Whether a parameter is a weight, not a bias or the scale of a normalisation."""
    return len(parameter.shape) >= 2


def elements(parameters: Iterable[Parameter]) -> int:
    """How many numbers parameters hold."""
    return sum(int(np.prod(p.shape)) for p in parameters)


def random_at_start(recording: Recording) -> frozenset[str]:
    """Parameters whose values are known to be random draws of this run: initialised in it, none loaded, never trained before.

    Empty where weights were loaded into what is trained, as it is not written into which parameters.
    """
    last = int(recording.step[-1]) if len(recording.step) else 0
    for line in recording.lines.get("weights_loaded", ()):
        if line.get("later", 0) > last:  # what is loaded after the training was not trained
            continue
        if line.get("covers", 0) > 0 and line.get("kept", 1) > 0:
            return frozenset()
    calls = [c for line in recording.lines.get("initialised", ()) for c in line.get("calls", ())]
    drawn = {name for c in calls if c["call"] not in CONSTANT for name in c["parameters"]}
    earlier = {
        p["name"]
        for line in recording.lines.get("model", ())[:-1]
        for p in line.get("parameters", ())
        if p.get("trainable", True) and p.get("optimizer") is not None
    }
    return frozenset(drawn - earlier - _written_over(recording, calls))


def frozen_at_random(recording: Recording) -> tuple[list[Parameter], float, bool]:
    """Weights that are frozen at random values, their share of all weights' elements, and whether they are all of them."""
    random = random_at_start(recording)
    weights = [p for p in recording.parameters if is_matrix(p)]
    frozen = [p for p in weights if not p.trainable and p.name in random]
    return frozen, elements(frozen) / max(elements(weights), 1), len(frozen) == len(weights)


def _written_over(recording: Recording, calls: Sequence[Mapping[str, Any]]) -> set[str]:
    """Parameters whose norm at the first record is not near that of their initialisation: other values were written into them.

    Told of torch's default for linear and convolutional layers, uniform up to 1 / sqrt(fan in).
    """
    default = {
        name
        for c in calls
        if c["call"] == "kaiming_uniform_" and c["numbers"] == "a=2.23607"
        for name in c["parameters"]
    }
    norms = recording.per_parameter("weight")
    over = set()
    for parameter, norm in zip(recording.parameters, norms[0] if len(norms) else (), strict=False):
        if parameter.name in default and len(parameter.shape) >= 2:
            expected = float(np.sqrt(parameter.shape[0] / 3))
            if not 0.5 < norm / expected < 2:
                over.add(parameter.name)
    return over


def output_layer(parameters: Sequence[Parameter]) -> str | None:
    """The last layer that has a weight matrix, None without one."""
    weights = [p for p in parameters if is_matrix(p)]
    return layer_of(weights[-1].name) if weights else None


def freezing_line(recording: Recording) -> Source | None:
    """The last line of the user's text that switches gradients of parameters off, or where it was done while training."""
    events = [e.source for e in recording.of("frozen") if e.source is not None]
    if events:
        return events[-1]
    code = [c for line in recording.lines.get("freezing", ()) for c in line.get("code", ())]
    return Source(str(code[-1]["path"]), int(code[-1]["line"])) if code else None


def place_at(source: Source | None, **more: Any) -> Place:
    """A place at a line, where it is known."""
    return Place(**more) if source is None else Place(path=source.path, line=source.line, **more)


def cutting_line(cut: Mapping[str, Any], prefer: Sequence[str] = ()) -> Source | None:
    """The line of the user's text that most likely cuts the gradient: the first after the call of the layer before, else the last
    before the call that was found; one with a preferred word if there is any, and the call itself where no line is found."""
    if not cut.get("path"):
        return None
    code = [(int(number), str(text)) for number, text in cut.get("code", ())]
    liked = [one for one in code if any(word in one[1] for word in prefer)] or code
    path, line = cut.get("after") or (None, 0)
    between = [one for one in liked if path == cut["path"] and one[0] >= line] if cut.get("kind") != "no_grad" else []
    chosen = between[0] if between else liked[-1] if liked else (int(cut["line"]), "")
    return Source(str(cut["path"]), chosen[0])
