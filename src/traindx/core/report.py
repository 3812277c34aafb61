"""The report: what every command ends in, and all that a renderer sees. Its JSON form is schema 1 (`report.schema.json`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from traindx.core.finding import Bars, Box, Curve, Evidence, Finding, Level, Line, Measured, Picture, Place, Table

CheckStatus = Literal["passed", "failed", "skipped", "crashed"]
Status = Literal["proved", "consistent", "ruled-out", "not-testable"]
Verdict = Literal["faulty", "healthy", "unclear"]
TrialVerdict = Literal["confirmed", "refuted", "inconclusive"]

SCHEMA = 1

IGNORED = "ignored: "
"""How the reason of a check begins that the user left out."""

TOO_SHALLOW: Mapping[str, str] = {
    "quick": "needs the pictures opened; run without --no-images",
    "full": "needs every picture decoded; run without --quick and --no-images",
}
"""Why a check has not passed that needs a scan of this depth."""


@dataclass(frozen=True)
class Outcome:
    """What became of one check. `measured` are the numbers it looked at, also when it passed, `fix` what to do if it failed."""

    code: str
    name: str
    level: Level
    status: CheckStatus
    summary: str = ""
    reason: str = ""
    causes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    measured: tuple[Measured, ...] = ()
    fix: str = ""

    @property
    def words(self) -> str:
        """The check's name as words."""
        return self.name.replace("-", " ")

    @property
    def ignored(self) -> bool:
        """Whether the user asked to leave the check out; the reason says why."""
        return self.status == "skipped" and self.reason.startswith(IGNORED)

    @property
    def left_out(self) -> bool:
        """Whether the check could have looked and was not let to: ignored, or the scan opened too little."""
        return self.ignored or (self.status == "skipped" and self.reason in TOO_SHALLOW.values())


@dataclass(frozen=True)
class Reason:
    """One term of a diagnosis' sum: what was seen, by which check, and its log-likelihood ratio."""

    text: str
    code: str | None = None
    weight: float = 0.0


@dataclass(frozen=True)
class FixAdvice:
    """What to do, in words, as a command, and as the lines to write for the framework at hand."""

    words: str
    command: str | None = None
    snippet: str | None = None


@dataclass(frozen=True)
class Arm:
    """One run of a trial. `symptom`: the checks saw the symptom; `learned`: how far the loss fell, as a share of its start.

    `held_out` is the same by the validation of the run, where the trial is judged by that (of an accuracy, itself).
    """

    name: str
    seed: int
    steps: int
    symptom: bool
    learned: float | None
    seconds: float
    loss: tuple[float, ...] = ()
    recording: str | None = None
    failed: str | None = None
    held_out: float | None = None


@dataclass(frozen=True)
class Trial:
    """Control and undone arms of the user's own command, and what they decide.

    `effect` is the mean difference of what undone and control arm of a seed learned, `interval` its 95 % interval over the seeds
    (of one seed: of the noise of its curves), `spread` the largest difference between seeds within one kind of arm.
    `measured_on` says by what learning was measured; `together` are all causes that were undone at once, where several were.
    """

    verdict: TrialVerdict
    treatment: str
    sentence: str
    effect: float | None
    spread: float | None
    arms: tuple[Arm, ...]
    seconds: float
    interval: tuple[float, float] | None = None
    measured_on: str = "training batches"
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """One cause with its status, its places and the sum behind its probability."""

    cause: str
    status: Status
    probability: float
    summary: str = ""
    places: tuple[Place, ...] = ()
    because: tuple[Reason, ...] = ()
    against: tuple[Reason, ...] = ()
    not_looked_at: tuple[Reason, ...] = ()
    fix: FixAdvice | None = None
    trial: Trial | None = None


@dataclass(frozen=True)
class Report:
    """Diagnoses best first, the outcome of every check, and `meta` (command, versions, summary sentence, command_exit).

    `overview` shows what was examined, also when nothing is wrong with it: a dataset's splits, classes and sizes.
    """

    verdict: Verdict
    diagnoses: tuple[Diagnosis, ...]
    outcomes: tuple[Outcome, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)
    overview: tuple[Evidence, ...] = ()

    @property
    def sentence(self) -> str:
        """The verdict in one sentence."""
        return str(self.meta.get("sentence", self.verdict))

    def __str__(self) -> str:
        """The verdict in one sentence; the whole report is `to_json()`, or `traindx.render`."""
        return self.sentence

    def findings(self, level: Level | None = None) -> Iterator[tuple[Outcome, Finding]]:
        """Every finding with its outcome, of one level or of all."""
        for outcome in self.outcomes:
            if level in (None, outcome.level):
                for finding in outcome.findings:
                    yield outcome, finding

    @property
    def exit_status(self) -> int:
        """0: nothing at level error and no cause proved or consistent that makes the run faulty; else 1."""
        return int(self.verdict == "faulty" or any(True for _ in self.findings("error")))

    def to_json(self) -> dict[str, Any]:
        """Schema 1. Non-finite numbers become the words "nan", "inf" and "-inf"."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "diagnoses": [_plain(d) for d in self.diagnoses],
            "outcomes": [_plain(o) for o in self.outcomes],
            "meta": _plain(dict(self.meta)),
            "overview": [_plain(e) for e in self.overview],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Report:
        """The reverse of `to_json`. Raises `ValueError` for another schema, `KeyError` or `TypeError` for a broken one."""
        if data.get("schema") != SCHEMA:
            raise ValueError(f"report schema {data.get('schema')!r}, expected {SCHEMA}")
        return cls(
            verdict=data["verdict"],
            diagnoses=tuple(_diagnosis(d) for d in data["diagnoses"]),
            outcomes=tuple(_outcome(o) for o in data["outcomes"]),
            meta=data["meta"],
            overview=tuple(map(_evidence, data.get("overview", ()))),
        )


_TYPES: dict[str, type[Measured] | type[Curve] | type[Picture] | type[Table] | type[Bars]] = {
    "number": Measured,
    "curve": Curve,
    "picture": Picture,
    "table": Table,
    "bars": Bars,
}

_CORNERS = ("x0", "y0", "x1", "y1")


def _plain(value: Any) -> Any:
    """Dataclasses to dicts (evidence tagged with its type), tuples to lists, non-finite floats to words."""
    if isinstance(value, Place):
        return {k: v for k, v in asdict(value).items() if v is not None}
    if isinstance(value, (Measured, Curve, Picture, Table, Bars)):
        kind = next(name for name, cls in _TYPES.items() if isinstance(value, cls))
        return {"type": kind} | {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "tolist"):  # a numpy scalar or array
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _number(value: Any) -> Any:
    return float(value) if value in ("nan", "inf", "-inf") else value


def _evidence(data: Mapping[str, Any]) -> Evidence:
    kind, rest = data["type"], {k: v for k, v in data.items() if k != "type"}
    if kind == "number":
        return Measured(**{**rest, "value": _number(rest["value"])})
    if kind == "curve":
        lines = tuple(Line(line["name"], _floats(line["x"]), _floats(line["y"])) for line in rest["lines"])
        return Curve(**{**rest, "lines": lines, "onset": _number(rest["onset"])})
    if kind == "picture":
        boxes = tuple(Box(**{k: _number(v) if k in _CORNERS else v for k, v in b.items()}) for b in rest["boxes"])
        return Picture(rest["path"], boxes, rest["caption"])
    if kind == "bars":
        series = tuple((name, _floats(values)) for name, values in rest["series"])
        return Bars(rest["title"], tuple(rest["labels"]), series, rest["unit"])
    return Table(rest["title"], tuple(rest["columns"]), tuple(tuple(map(_number, row)) for row in rest["rows"]))


def _floats(values: Sequence[Any]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _finding(data: Mapping[str, Any]) -> Finding:
    return Finding(Place(**data["place"]), data["message"], tuple(map(_evidence, data["evidence"])), data["fix"])


def _outcome(data: Mapping[str, Any]) -> Outcome:
    measured = tuple(m for e in data.get("measured", ()) if isinstance(m := _evidence(e), Measured))
    more = {"causes": tuple(data["causes"]), "findings": tuple(map(_finding, data["findings"])), "measured": measured}
    return Outcome(**{**data, **more})


def _reason(data: Mapping[str, Any]) -> Reason:
    return Reason(data["text"], data["code"], _number(data["weight"]))


def _trial(data: Mapping[str, Any]) -> Trial:
    numbers = ("learned", "held_out")
    arms = tuple(
        Arm(**{**a, "loss": _floats(a["loss"]), **{n: _number(a.get(n)) for n in numbers}}) for a in data["arms"]
    )
    more: dict[str, Any] = {n: _number(data[n]) for n in ("effect", "spread")}
    more["interval"] = None if data.get("interval") is None else _floats(data["interval"])
    return Trial(**{**data, **more, "arms": arms, "together": tuple(data.get("together", ()))})


def _diagnosis(data: Mapping[str, Any]) -> Diagnosis:
    trial = data["trial"]
    if trial is not None:
        trial = _trial(trial)
    reasons = {k: tuple(map(_reason, data[k])) for k in ("because", "against", "not_looked_at")}
    return Diagnosis(
        **{
            **data,
            **reasons,
            "places": tuple(Place(**p) for p in data["places"]),
            "fix": FixAdvice(**data["fix"]) if data["fix"] else None,
            "trial": trial,
        }
    )
