"""The ranks of one training, side by side: steps in common, what differs between them, who stopped first.

Read from the recordings of all ranks; checksums are the lines `tensors` and `checksums` of `recorder.probes.ranks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np

from traindx.core.loaders import Pass, loaders_of
from traindx.core.recording import Ending, Floats, Ints, Recording

ORDER: Mapping[Ending, int] = {"raised": 0, "finished": 1, "cut": 1, "killed": 2, "running": 2}
"""Who stopped first: one that raised, before those that came to their end, before those that were ended from outside."""


@dataclass(frozen=True)
class Apart:
    """At `step` the tensor `name` (and its neighbours up to the next name told) is not the same on all ranks.

    `ranks` are those that differ from the value that most have; of a tie, from the lowest rank's.
    """

    step: int
    name: str
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Stop:
    """How a rank ended: `time` (epoch seconds) and `step` of its last sign of life."""

    rank: int
    ending: Ending
    time: float
    step: int


@dataclass(frozen=True)
class Ranks:
    """The recordings of one training, by rank; of a rank with several (a restart), the longest."""

    recordings: tuple[Recording, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The ranks that left a recording."""
        return tuple(r.rank for r in self.recordings)

    @property
    def missing(self) -> tuple[int, ...]:
        """The ranks of the launched ones that left no recording: they never trained."""
        size = max(int(r.start.get("world_size") or 1) for r in self.recordings)
        return tuple(sorted(set(range(size)) - set(self.numbers)))

    @property
    def steps(self) -> Ints:
        """The steps that all ranks wrote."""
        return reduce(np.intersect1d, [r.step for r in self.recordings])

    def aligned(self, name: Literal["loss", "lr", "training", "wait", "seconds", "grad_norm", "time"]) -> Floats:
        """A column of all ranks at `steps`: [ranks, steps]; `time` in epoch seconds."""
        steps, rows = self.steps, []
        for recording in self.recordings:
            values = getattr(recording, name)[np.searchsorted(recording.step, steps)].astype(float)
            rows.append(values + float(recording.start.get("time", 0.0)) * (name == "time"))
        return np.array(rows)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """How each rank ended, the first to stop first: after an exception the launcher ends the others."""
        return tuple(sorted(map(_stop, self.recordings), key=lambda s: (ORDER[s.ending], s.time)))

    def apart(self, what: Literal["weights", "buffers"]) -> Iterator[Apart]:
        """Where checksums differ, by step and in the order of the tensors. Sharded weights are not compared."""
        for step, lines in self._checksums():
            names = self._names(what, step)
            for name, *values in zip(names, *(line.get(what, ()) for line in lines), strict=False):
                differing = _minority(values)
                if differing:
                    yield Apart(step, name, tuple(self.numbers[i] for i in differing))

    def same_batches(self) -> dict[int, tuple[int, ...]]:
        """By step, the ranks whose batch is the same, first and last sample, as that of a lower rank."""
        found = {}
        for step, lines in self._checksums():
            batches = [tuple(line.get("batch") or (None,)) for line in lines]
            again = [self.numbers[i] for i, b in enumerate(batches) if None not in b and b in batches[:i]]
            if again:
                found[step] = tuple(again)
        return found

    def same_random(self, generator: str) -> tuple[int, ...]:
        """The steps at which `random`, `numpy` or `torch` stand the same on all ranks."""
        states = [
            (step, {line.get("random", {}).get(generator) for line in lines}) for step, lines in self._checksums()
        ]
        return tuple(step for step, found in states if len(found) == 1 and None not in found)

    @property
    def compared(self) -> tuple[int, ...]:
        """The steps at which checksums of all ranks are there."""
        return tuple(step for step, _ in self._checksums())

    def same_names(self, what: Literal["weights", "buffers"]) -> bool:
        """Whether all ranks hold tensors of the same names: with a pipeline or several models each has its own."""
        told = {tuple(line[what]) for r in self.recordings for line in r.lines.get("tensors", ())[-1:]}
        return len(told) == 1 and all(told)

    @property
    def wrappers(self) -> tuple[Mapping[str, Any], ...]:
        """The `distributed` lines of the first rank: how models were wrapped or sharded."""
        return self.recordings[0].lines.get("distributed", ())

    @property
    def is_tensor_parallel(self) -> bool:
        """Whether ranks hold parts of the weights without FSDP, which splits them for memory alone: they share each batch then."""
        sharding = any(w["wrapper"] in ("fully_shard", "FullyShardedDataParallel") for w in self.wrappers)
        parts = any(line.get("sharded") for line in self.recordings[0].lines.get("tensors", ()))
        return parts and not sharding

    @property
    def distinct_batches(self) -> int:
        """How many batches the first rank had among the compared steps that differ from each other."""
        return len({tuple(lines[0].get("batch") or ()) for _, lines in self._checksums()})

    @property
    def passes(self) -> Mapping[int, tuple[Pass, ...]]:
        """The passes of training by rank, whose `batches` have to be equal."""
        return {r.rank: loaders_of(r).training for r in self.recordings}

    @property
    def uneven(self) -> Mapping[int, int]:
        """Batches of an epoch by rank, in the first epoch in which one rank came to its end and another had more; else nothing.

        Where no epoch shows it, what the loaders are to give counts.
        """
        for epoch in zip(*self.passes.values(), strict=False):
            ended = [p.batches for p in epoch if p.ended == "exhausted"]
            if ended and max(p.batches for p in epoch) > min(ended):
                return {rank: p.batches for rank, p in zip(self.passes, epoch, strict=True)}
        planned = {r.rank: _planned(r) for r in self.recordings}
        known = {rank: count for rank, count in planned.items() if count is not None}
        return known if len(known) == len(self.numbers) and len(set(known.values())) > 1 else {}

    @property
    def collectives(self) -> Mapping[str, Ints]:
        """Calls of each function of `torch.distributed`, up to the last step in common: [ranks]."""
        last = int(self.steps[-1]) if len(self.steps) else -1
        counts = [_collectives(r, last) for r in self.recordings]
        return {n: np.array([c.get(n, 0) for c in counts]) for n in sorted({name for c in counts for name in c})}

    def norms(self, name: Literal["grad", "weight", "update"]) -> tuple[Ints, Floats]:
        """Norms by parameter over all ranks: steps that all recorded, and [steps, parameters].

        Of a sharded parameter the root of the sum of the ranks' squares, of another the first rank's, as all hold it.
        """
        steps = reduce(np.intersect1d, [np.array(list(r.details), dtype=np.int64) for r in self.recordings])
        each = []
        for recording in self.recordings:
            rows = np.searchsorted(np.array(list(recording.details)), steps)
            each.append(recording.per_parameter(name)[rows])
        sharded = self._sharded(each[0].shape[1])
        squares = np.nansum([e**2 for e in each], axis=0)
        unknown = np.isnan(each).all(axis=0)
        return steps, np.where(unknown, np.nan, np.where(sharded, np.sqrt(squares), each[0]))

    def _sharded(self, width: int) -> Any:
        told = [line.get("sharded", ()) for line in self.recordings[0].lines.get("tensors", ())][-1:]
        if told == ["all"]:
            return np.ones(width, bool)
        return np.isin(np.arange(width), [i for some in told for i in some])

    def _checksums(self) -> Iterator[tuple[int, list[Mapping[str, Any]]]]:
        """The steps with `checksums` of all ranks taken at the same moment, and these lines."""
        each = [{line["step"]: line for line in r.lines.get("checksums", ())} for r in self.recordings]
        until = self._in_step_until()
        for step in sorted(step for step in set.intersection(*map(set, each)) if step < until):
            lines: list[Mapping[str, Any]] = [of[step] for of in each]
            if len({line.get("at") for line in lines}) == 1:
                yield step, lines

    def _in_step_until(self) -> float:
        """The step from which on the same number is another moment on each rank: where one had fewer batches and went on."""
        begun = [[p.step for p in own if p.loader == own[0].loader] for own in self.passes.values() if own]
        return min((steps[1] for steps in begun if len(steps) > 1), default=np.inf) if self.uneven else np.inf

    def _names(self, what: str, step: int) -> tuple[str, ...]:
        told = [line for line in self.recordings[0].lines.get("tensors", ()) if line["step"] <= step]
        return tuple(told[-1][what]) if told else ()


def ranks_of(recording: Recording) -> Ranks | None:
    """The ranks of a recording; None where only one process trained and no other was launched."""
    longest: dict[int, Recording] = {}
    for one in (recording, *recording.ranks):
        if one.rank not in longest or len(one.step) > len(longest[one.rank].step):
            longest[one.rank] = one
    launched = max(int(r.start.get("world_size") or 1) for r in longest.values())
    return Ranks(tuple(longest[r] for r in sorted(longest))) if max(len(longest), launched) > 1 else None


def _minority(values: list[str | None]) -> list[int]:
    """The places of the values that are not the commonest; none where one is unknown."""
    if None in values or len(set(values)) < 2:
        return []
    counts = Counter(values)
    common = max(values, key=lambda v: counts[v])  # the first of those that are equally common
    return [i for i, value in enumerate(values) if value != common]


def _stop(recording: Recording) -> Stop:
    signs = [float(recording.time[-1])] if len(recording.time) else [0.0]
    signs += [float(e.data["time"]) for e in recording.events if "time" in e.data]
    signs += [float(line["time"]) for line in recording.lines.get("end", ())]
    raised = [float(e.data["time"]) for e in recording.of("exception") if "time" in e.data]
    time = raised[0] if raised else max(signs)
    step = int(recording.step[-1]) if len(recording.step) else -1
    return Stop(recording.rank, recording.ending, float(recording.start.get("time", 0.0)) + time, step)


def _planned(recording: Recording) -> int | None:
    """Batches that the loader of the training is to give; None where that is not known."""
    loaders = loaders_of(recording)
    used = [p.loader for p in loaders.training][:1]
    counts = [loader.facts.get("batches") for loader in loaders.loaders if loader.number in used]
    return None if not counts or counts[0] is None else int(counts[0])


def _collectives(recording: Recording, last: int) -> Mapping[str, int]:
    told = [s["collectives"] for s in recording.lines.get("step", ()) if "collectives" in s and s["step"] <= last]
    return told[-1] if told else {}
