"""The replay as a fact: what came out when a bad step was done again, with every operation watched, trial by trial."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from traindx.core.trials_of_replay import guilty_samples

FILE = "replay.json"
Kind = Literal["operation", "given", "precision", "grown", "other"]

GROWN = 100.0
"""Growth of the loss over the last steps from which the updates are said to have grown too large (a guess)."""


@dataclass(frozen=True)
class Argument:
    """A tensor that an operation was given: least and largest finite number, how many are zero, how many are not finite."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    bad: int = 0
    min: float | None = None
    max: float | None = None
    zeros: int = 0

    def __str__(self) -> str:
        size = " x ".join(map(str, self.shape)) or "one number"
        held = (
            f"{self.min:.4g} to {self.max:.4g}" if self.min is not None and self.max is not None else "nothing finite"
        )
        zeros = f", {self.zeros} zeros" if self.zeros else ""
        bad = f", {self.bad} not finite" if self.bad else ""
        return f"{self.name} ({self.dtype}, {size}): {held}{zeros}{bad}"


@dataclass(frozen=True)
class Origin:
    """Where numbers that are not finite came from; see `traindx.recorder.replaying.watch.Born`.

    `cause`: operation, written, given or unfilled; `kind`: nan or inf; `phase`: forward, backward or update. `module` is
    the name in the model, `node` autograd's name of a backward operation and `forward` what it is the derivative of;
    `function` is the function of torch.nn.functional that was called; `bad` of `of` numbers of the output are not finite.
    """

    cause: str
    kind: str
    phase: str
    operation: str = ""
    name: str = ""
    module: str = ""
    module_kind: str = ""
    path: str | None = None
    line: int | None = None
    code: str = ""
    user: str = ""
    node: str = ""
    forward: str = ""
    function: str = ""
    bad: int = 0
    of: int = 0
    inputs: tuple[Argument, ...] = ()
    forward_inputs: tuple[Argument, ...] = ()


@dataclass(frozen=True)
class Replay:
    """A step that was done again. `results` are the trials as written; `facts` those of the capsule."""

    capsule: str
    facts: Mapping[str, Any]
    results: tuple[Mapping[str, Any], ...] = ()
    samples: int = 0
    failed: str = ""
    batches: int = 1
    names: tuple[str, ...] = field(default=())

    @property
    def step(self) -> int:
        """The step that was done again: the one before the capsule's where its batch made the weights bad."""
        step, again = int(self.facts.get("step") or 0), self.again or {}
        used = int(again["trial"]["batch"]) if again.get("bad") else 0
        earlier = int(self.facts.get("earlier") or 0)
        return step - 1 if earlier and used >= self.batches - earlier else step

    @property
    def again(self) -> Mapping[str, Any] | None:
        """The step as it was: the first batch of it that was bad, else the last; None if it never came to that."""
        found = [r for r in self.results if r["trial"]["kind"] == "again"]
        return next((r for r in found if r["bad"]), found[-1] if found else None)

    @property
    def reproduced(self) -> bool:
        """Whether the step was bad again."""
        return self.again is not None and bool(self.again["bad"])

    @property
    def origin(self) -> Origin | None:
        """The first operation whose output was not finite though its inputs were, or what was given so."""
        first = (self.again or {}).get("first")
        return None if first is None else origin_of(first)

    @property
    def chain(self) -> tuple[Origin, ...]:
        """The first origin and what it led to, in order."""
        return tuple(origin_of(born) for born in (self.again or {}).get("chain", ()))

    @property
    def poisoned(self) -> tuple[str, ...]:
        """The parameters that were not finite before the step, where that is what made it bad."""
        if self.reproduced or not self.facts.get("poisoned_weights"):
            return ()
        return tuple(self.facts["poisoned"][: int(self.facts["poisoned_weights"])])

    @property
    def grown(self) -> float | None:
        """By how much the loss had grown in the steps before, where that is much and the script's own weights are finite."""
        own = self.trial("own_weights")
        losses = [abs(float(x)) for x in self.facts.get("losses") or () if math.isfinite(float(x))]
        if own is None or own["bad"] or len(losses) < 2:
            return None
        growth = losses[-1] / max(min(losses), 1e-12)
        return growth if growth > GROWN else None

    @property
    def kind(self) -> Kind | None:
        """What made the step bad: an operation of finite numbers, what it was given, half precision (the step is finite in
        full), updates that had grown, or something else; None where the step is finite again."""
        if self.again is None or not (self.reproduced or self.poisoned):
            return None
        origin, precise = self.origin, self.trial("full_precision")
        if precise is not None and not precise["bad"]:
            return "precision"
        if self.grown is not None:
            return "grown"
        if origin is None or self.poisoned:
            return "other"
        if origin.cause == "given":
            return "other" if origin.name.startswith(("weight", "buffer")) else "given"
        return "operation"

    @property
    def guilty(self) -> tuple[int, ...]:
        """The samples of the batch that make the step bad; empty where all do, or nobody knows."""
        rows = (self.again or {}).get("rows")
        if self.grown is not None:
            return ()
        if rows:
            return tuple(rows) if len(rows) < self.samples else ()
        return tuple(guilty_samples(self.results, self.samples)) if self.samples > 1 else ()

    def sample_name(self, row: int) -> str:
        """A sample by its file, where the batch named it, else by its place in the batch."""
        return f"{row} ({self.names[row]})" if row < len(self.names) else str(row)

    def trial(self, kind: str) -> Mapping[str, Any] | None:
        """The result of the first trial of a kind."""
        return next((r for r in self.results if r["trial"]["kind"] == kind), None)

    def to_json(self) -> dict[str, Any]:
        """As it is kept beside the recording."""
        return {
            "capsule": self.capsule,
            "facts": dict(self.facts),
            "results": list(self.results),
            "samples": self.samples,
            "failed": self.failed,
            "batches": self.batches,
            "names": list(self.names),
        }


def origin_of(born: Mapping[str, Any]) -> Origin:
    """An origin from a result's JSON."""
    facts = born["facts"]
    plain = (
        "operation",
        "name",
        "module",
        "module_kind",
        "path",
        "line",
        "code",
        "node",
        "forward",
        "function",
        "bad",
        "of",
    )
    user = f"{facts['user_path']}:{facts['user_line']}" if facts.get("user_path") else ""
    more: dict[str, Any] = {name: facts[name] for name in plain if name in facts}
    inputs, forward = (tuple(map(_argument, facts.get(name, ()))) for name in ("inputs", "forward_inputs"))
    return Origin(born["cause"], born["kind"], born["phase"], user=user, inputs=inputs, forward_inputs=forward, **more)


def _argument(data: Mapping[str, Any]) -> Argument:
    return Argument(**{**data, "shape": tuple(data["shape"])})


def sample_names(facts: Mapping[str, Any], samples: int) -> tuple[str, ...]:
    """The samples' file names, from the lists of words of the right length that the batch held; empty without any."""
    lists: Sequence[Any] = list(dict(facts.get("samples") or {}).values())
    for values in lists:
        if len(values) == samples and all(isinstance(v, str) and ("." in v or "/" in v) for v in values):
            return tuple(values)
    return ()


def read_replay(folder: str | Path) -> Replay | None:
    """The replay that lies in a recording's folder; None without one, or if it cannot be read."""
    try:
        data = json.loads((Path(folder) / FILE).read_text())
        return Replay(**{**data, "results": tuple(data["results"]), "names": tuple(data["names"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
