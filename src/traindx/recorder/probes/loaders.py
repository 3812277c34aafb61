"""Loaders: what each is, in which order it draws, how many batches it gives and how long they are waited for."""

from __future__ import annotations

import zlib
from typing import Any, cast
from weakref import WeakKeyDictionary, ref

from traindx.recorder import loader_facts
from traindx.recorder.contents import sequence
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe

MODULE = "torch.utils.data.dataloader"
HASHED = 1024
"""Indices of a pass over which its order is hashed."""
SHOWN = 16
MOST_LOADERS = 50
MOST_ORDERS = 1000


class Draws:
    """The indices that one pass draws from the sampler."""

    def __init__(self) -> None:
        self.batches = self.indices = self.hashed = self.last = 0
        self.first: list[Any] = []
        self._hash = 0
        self.readable = True

    def add(self, index: Any) -> None:
        """Take the indices of one batch (one index without automatic batching)."""
        listed = sequence(index)
        indices = [index] if listed is None else listed
        self.batches, self.indices, self.last = self.batches + 1, self.indices + len(indices), len(indices)
        if self.readable and self.hashed < HASHED:
            part = [loader_facts.plain_index(i) for i in indices[: HASHED - self.hashed]]
            self.readable = None not in part
            self.hashed += len(part)
            self._hash = zlib.crc32(repr(part).encode(), self._hash)
            self.first += part[: SHOWN - len(self.first)]

    def fields(self) -> dict[str, Any]:
        """`order` is a hash of the first `over` indices, None where these are no plain numbers."""
        if not self.readable or not self.hashed:
            return {"order": None, "drawn": self.indices, "last": self.last}
        return {
            "order": f"{self._hash:08x}",
            "over": self.hashed,
            "first": self.first,
            "drawn": self.indices,
            "last": self.last,
        }


class Pass:
    """One pass over a loader: the batches that the training has received; `backwards` passes came before it."""

    def __init__(self, number: int, step: int, time: float, epoch: int | None, backwards: int) -> None:
        self.number, self.step, self.time, self.epoch = number, step, time, epoch
        self.batches, self.wait = 0, 0.0
        self.first_wait: float | None = None
        self.training: bool | None = None
        self.backwards = backwards
        self.seen = time


class Watched:
    """One iterator: whose it is, the pass that it serves, and the draws of that pass and of those begun since."""

    def __init__(self, iterator: Any, loader: int, period: int | None) -> None:
        self.iterator, self.loader, self.period = ref(iterator), loader, period
        self.pids: list[int] = []
        self.current: Pass | None = None
        self.draws: list[Draws] = []


class Loaders(Probe):
    """Writes a `loader` line for each loader and `pass` lines: when its first batch is there, and again when it is over."""

    patches = (
        Patch(MODULE, "DataLoader.__init__", after="built"),
        Patch(MODULE, "_BaseDataLoaderIter.__init__", before="begins"),
        Patch(MODULE, "_BaseDataLoaderIter._reset", before="begins"),
        Patch(MODULE, "_BaseDataLoaderIter._next_index", after="drawn"),
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._built: WeakKeyDictionary[Any, tuple[str, int]] = WeakKeyDictionary()
        self._iterators: WeakKeyDictionary[Any, Watched] = WeakKeyDictionary()
        self._kinds: dict[str, int] = {}
        self._open: set[Watched] = set()
        self._made: list[int] = []
        self._passes: list[int] = []
        self._orders: dict[tuple[int, str, int], int] = {}

    def built(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A loader was made: its settings stand where it was."""
        place = self.seen.frames.caller()
        if place is not None:
            self._built[arguments[0]] = place

    def begins(self, arguments: Arguments, named: Named) -> None:
        """An iterator is made of a loader, or begins anew (persistent workers; also within its own making)."""
        self._sweep()
        iterator, loader = arguments[0], arguments[1] if len(arguments) > 1 else named.get("loader")
        watched = self._iterators.get(iterator)
        if watched is None:
            number = self._numbers.get(loader)
            if number is None:
                number = self._numbers[loader] = self._describe(loader)
            if number < 0:
                return
            watched = self._iterators[iterator] = Watched(iterator, number, loader_facts.period(loader))
        elif watched.current is not None and not watched.draws:
            return
        else:
            self._over(watched, "left")
            watched.draws = []
        self._start(watched, self.seen.journal.now, loader_facts.sampler_epoch(loader))

    def _describe(self, loader: Any) -> int:
        """The number of a loader. One that is made anew at the same place with the same settings keeps it; -1 past 50."""
        place = self.seen.frames.caller()
        facts = loader_facts.facts(loader) | ({} if place is None else {"path": place[0], "line": place[1]})
        facts["built"] = self._built.get(loader)
        number = self._kinds.setdefault(repr(facts), len(self._kinds)) if len(self._kinds) < MOST_LOADERS else -1
        if number == len(self._made):
            self._made.append(0)
            self._passes.append(0)
            self.seen.journal.write({"kind": "loader", "loader": number, "step": self.seen.now_at, **facts})
        if number >= 0:
            self._made[number] += 1
        return number

    def _start(self, watched: Watched, time: float, epoch: int | None) -> None:
        number = self._passes[watched.loader]
        self._passes[watched.loader] += 1
        watched.current = Pass(number, self.seen.now_at, time, epoch, self.seen.backwards)
        self._open.add(watched)

    def drawn(self, arguments: Arguments, named: Named, index: Any) -> None:
        """The sampler has given the indices of a batch."""
        watched = self._iterators.get(arguments[0])
        if watched is not None:
            if not watched.draws or watched.draws[-1].batches == watched.period:
                watched.draws.append(Draws())
            watched.draws[-1].add(index)

    def batch(self, loader: Any, batch: Any) -> None:
        """A batch is there."""
        watched = self._iterators.get(loader)
        if watched is None:
            return
        if watched.current is None:  # an endless iterator goes on
            self._start(watched, self.seen.journal.now - self.seen.waited, None)
        current = cast(Pass, watched.current)
        current.batches += 1
        current.wait += self.seen.waited
        current.seen = self.seen.journal.now
        if current.first_wait is None:
            current.first_wait = current.seen - current.time
            watched.pids = loader_facts.pids(loader)
            current.training = self.seen.torch.is_grad_enabled()
            self._write(watched, current, "running")
        if current.batches == watched.period:
            self._over(watched, "exhausted")

    def no_batch(self, loader: Any, error: BaseException) -> None:
        """The pass is over, or a batch could not be made."""
        watched = self._iterators.get(loader)
        if watched is not None and watched.current is not None:
            exhausted = isinstance(error, StopIteration)
            self._over(watched, "exhausted" if exhausted else "error")
            if not exhausted:
                fields = {"type": type(error).__name__, "message": str(error)[:2000], "loader": watched.loader}
                self.seen.journal.event("loader_failed", self.seen.now_at, **fields, workers=loader_facts.dead(loader))

    def end(self) -> None:
        """What was under way."""
        self._sweep(all_of_them=True)

    def _sweep(self, *, all_of_them: bool = False) -> None:
        """End the passes whose iterator is gone: a loop was left."""
        for watched in [w for w in self._open if all_of_them or w.iterator() is None]:
            self._over(watched, "left")

    def _over(self, watched: Watched, how: str) -> None:
        current = watched.current
        if current is not None and (current.batches or how != "left"):
            if current.training is None:
                current.training = self.seen.torch.is_grad_enabled()
            if current.batches > 1 and 0 < self.seen.backwards == current.backwards:  # none during the pass
                current.training = False  # gradients were switched off inside the loop
            self._write(watched, current, how)
        watched.current = None
        watched.draws = watched.draws[1:]
        self._open.discard(watched)

    def _write(self, watched: Watched, current: Pass, how: str) -> None:
        if current.number % (current.number // 200 + 1):
            return
        draws = watched.draws[0].fields() if watched.draws else {}
        seconds = (current.seen if how == "left" else self.seen.journal.now) - current.time
        self.seen.journal.write(
            {
                "kind": "pass",
                "loader": watched.loader,
                "pass": current.number,
                "made": self._made[watched.loader],
                "step": current.step,
                "time": round(current.time, 6),
                "training": current.training,
                "batches": current.batches,
                **draws,
                "same_as": self._same_as(watched.loader, current.number, draws),
                "sampler_epoch": current.epoch,
                "first_wait": None if current.first_wait is None else round(current.first_wait, 6),
                "wait": round(current.wait, 6),
                "seconds": round(seconds, 6),
                "workers": watched.pids,
                "ended": how,
            }
        )

    def _same_as(self, loader: int, number: int, draws: dict[str, Any]) -> int | None:
        """The first pass over the same loader whose order was equal, over as many indices."""
        if not draws.get("order"):
            return None
        key = (loader, draws["order"], draws["over"])
        first = self._orders.get(key)
        if first is None and len(self._orders) < MOST_ORDERS:
            self._orders[key] = number
        return None if first == number else first
