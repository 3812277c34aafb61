"""The loaders of a recording: what each is, its passes, and how its workers' random generators stood.

Read from the lines `loader`, `pass` and `worker`, which `recorder.probes.loaders` and `recorder.probes.workers` write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from traindx.core.finding import Place
from traindx.core.recording import Recording, Source

GENERATORS = ("random", "numpy", "torch")


@dataclass(frozen=True)
class Loader:
    """A loader as it was when its first pass began; `facts` holds the line's fields (docs/recording.md)."""

    number: int
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source | None:
        """Where its first pass began."""
        return Source(self.facts["path"], self.facts["line"]) if self.facts.get("path") else None

    def place(self, setting: str) -> Place:
        """The line where it was made, with a setting of it; where its first pass began if the other was not seen."""
        path, line = self.facts.get("built") or (self.facts.get("path"), self.facts.get("line"))
        return Place(path=path, line=line, setting=setting)

    def loop(self, setting: str) -> Place:
        """The line where its first pass began, with a setting of it that changes from pass to pass."""
        return Place(path=self.facts.get("path"), line=self.facts.get("line"), setting=setting)


@dataclass(frozen=True)
class Pass:
    """One pass over a loader. Times in seconds; `order` is a hash of the first `over` indices, None where unreadable."""

    loader: int
    number: int
    step: int
    training: bool
    batches: int
    ended: Literal["running", "exhausted", "left", "error"]
    order: str | None = None
    over: int = 0
    first: tuple[Any, ...] = ()
    drawn: int = 0
    last: int = 0
    same_as: int | None = None
    sampler_epoch: int | None = None
    made: int = 1
    first_wait: float = float("nan")
    wait: float = float("nan")
    seconds: float = float("nan")
    pids: tuple[int, ...] = ()

    @property
    def waiting(self) -> float:
        """The share of the pass spent waiting for batches, nan of a pass without length."""
        return self.wait / self.seconds if self.seconds > 0 else float("nan")


@dataclass(frozen=True)
class Worker:
    """A worker process before its first batch: hashes of the states of `random`, `numpy`, `torch` and of those it holds.

    `first` is a hash of the first batch that it made of an iterable dataset; `drew` names the generators that making its first
    batch drew from, None where that was not seen.
    """

    number: int
    pid: int
    states: Mapping[str, str]
    first: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    drew: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Loaders:
    """All loaders of one rank, with their passes in the order in which they began."""

    loaders: tuple[Loader, ...] = ()
    passes: tuple[Pass, ...] = ()
    workers: Mapping[int, Worker] = field(default_factory=dict)

    @property
    def training(self) -> tuple[Pass, ...]:
        """The passes whose batches came while gradients were made."""
        return tuple(p for p in self.passes if p.training)

    def crew(self, of: Pass) -> tuple[Worker, ...]:
        """The workers of a pass that told of themselves, by their number."""
        found = [self.workers[pid] for pid in of.pids if pid in self.workers]
        return tuple(sorted(found, key=lambda w: w.number))

    def alike(self, of: Pass) -> tuple[str, ...]:
        """The generators (`numpy`, `dataset.rng` ...) whose state is the same in all workers of a pass, of two or more."""
        crew = self.crew(of)
        names = [] if len(crew) < 2 else sorted(set.intersection(*(set(w.states) for w in crew)))
        return tuple(name for name in names if len({w.states[name] for w in crew}) == 1)

    def repeats(self, of: Pass, earlier: Pass) -> tuple[str, ...]:
        """The generators whose states in the workers of a pass are those of an earlier pass's other worker processes."""
        pairs = [(a, b) for a, b in zip(self.crew(of), self.crew(earlier), strict=False) if a.pid != b.pid]
        names = sorted({name for a, _ in pairs for name in a.states})
        return tuple(n for n in names if all(a.states.get(n) == b.states.get(n) for a, b in pairs))

    def same_stream(self, of: Pass) -> bool:
        """Whether the workers of a pass over an iterable dataset began with the same batch, all of two or more."""
        firsts = [w.first for w in self.crew(of)]
        return len(firsts) > 1 and None not in firsts and len(set(firsts)) == 1


def loaders_of(recording: Recording) -> Loaders:
    """The loaders of a recording; empty where it has none."""
    lines = recording.lines
    latest = {(line["loader"], line["pass"]): line for line in lines.get("pass", ())}
    return Loaders(
        tuple(Loader(line["loader"], line) for line in lines.get("loader", ())),
        tuple(_pass(line) for line in latest.values()),
        {worker.pid: worker for worker in _workers(lines.get("worker", ()), lines.get("worker_drew", ()))},
    )


def training_loader(recording: Recording) -> Loader | None:
    """The loader of most of the training's batches."""
    found = loaders_of(recording)
    batches: dict[int, int] = {}
    for each in found.training:
        batches[each.loader] = batches.get(each.loader, 0) + each.batches
    most = max(batches, key=lambda number: batches[number], default=None)
    return next((loader for loader in found.loaders if loader.number == most), None)


def fed_at(recording: Recording, *, step: int, layer: str | None = None, setting: str | None = None) -> Place:
    """A place of what the network receives: with the line where the training takes its batches, if a loader gives them."""
    loader = training_loader(recording)
    source = loader.source if loader else None
    path, line = (source.path, source.line) if source else (None, None)
    return Place(path=path, line=line, step=step, layer=layer, setting=setting)


def _pass(line: Mapping[str, Any]) -> Pass:
    def number(name: str) -> float:
        value = line.get(name)
        return float("nan") if value is None else float(value)

    return Pass(
        loader=line["loader"],
        number=line["pass"],
        step=line.get("step", 0),
        training=bool(line.get("training")),
        batches=line.get("batches", 0),
        ended=line.get("ended", "running"),
        order=line.get("order"),
        over=line.get("over", 0),
        drawn=line.get("drawn", 0),
        first=tuple(line.get("first", ())),
        last=line.get("last", 0),
        same_as=line.get("same_as"),
        sampler_epoch=line.get("sampler_epoch"),
        made=line.get("made", 1),
        first_wait=number("first_wait"),
        wait=number("wait"),
        seconds=number("seconds"),
        pids=tuple(line.get("workers", ())),
    )


def _workers(lines: Iterable[Mapping[str, Any]], drew: Iterable[Mapping[str, Any]]) -> Iterable[Worker]:
    drawn = {line["pid"]: tuple(line["drew"]) for line in drew}
    for line in lines:
        states = {name: line[name] for name in GENERATORS if name in line}
        states |= {f"dataset.{path}": state for path, state in line.get("held", {}).items()}
        yield Worker(line["worker"], line["pid"], states, line.get("first"), line, drawn.get(line["pid"]))
