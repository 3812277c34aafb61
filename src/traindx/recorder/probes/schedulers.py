"""Learning rate schedulers: what they are and plan, who steps them and how often, and whether their rate is the one applied."""

from __future__ import annotations

import math
import weakref
from dataclasses import dataclass, field
from typing import Any

from traindx.recorder.description import rate
from traindx.recorder.holdings import Place
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.rate_plan import rate_plan
from traindx.recorder.schedule import is_written
from traindx.recorder.scheduler_facts import last_rates, parts_of, plain, scheduler_facts

TORCH, TIMM = "torch.optim.lr_scheduler", "timm.scheduler.scheduler"
BUILDERS = ("LRScheduler", "ReduceLROnPlateau", "SequentialLR", "ChainedScheduler")
"""Classes of torch with a construction of their own; the others come through the first."""
MOST = 16
PLACES = 20
LOOKS = 50
DENSE_METRICS = 200
"""Schedulers that are told of, lines of user code that step one, its first steps in which such a line is looked for, and the
metrics given to one that are all written."""


@dataclass
class Known:
    """A scheduler that was seen: `index` once it has one, how often it was stepped, and from where."""

    reference: weakref.ref[Any]
    place: Place | None = None
    index: int | None = None
    calls: int = 0
    places: set[Place] = field(default_factory=set)


class Schedulers(Probe):
    """Writes a line `scheduler` for each, a line `scheduler_call` for each line of code that steps it, and `schedule` into
    recorded steps: [{scheduler, calls, rate, applied?, group?}], `applied` where a group's rate is not what it set last.
    What a ReduceLROnPlateau is given is written as `plateau_metric`, where it does not lie on a device.

    A rate that is assigned to a group directly is seen in the rates of the steps; the line that assigned it is not.
    """

    on_recorded = ("before_step",)
    patches = (
        *(Patch(TORCH, f"{name}.__init__", after="made") for name in BUILDERS),
        Patch(TIMM, "Scheduler.__init__", after="made"),
        Patch(TIMM, "Scheduler.step", before="timm_epoch"),
        Patch(TIMM, "Scheduler.step_update", before="timm_update"),
        Patch(TORCH, "ReduceLROnPlateau.step", after="metric_given"),
        Patch("timm.scheduler.plateau_lr", "PlateauLRScheduler.step", before="timm_epoch"),
    )

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._known: list[Known] = []
        self._pending = False
        self._described = 0

    def made(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A scheduler was constructed."""
        self._knows(arguments[0], self.seen.frames.caller())

    def scheduled(self, scheduler: Any) -> None:
        """A scheduler is stepped; those that it is made of are not told of."""
        known = self._knows(scheduler, None)
        if known is None:
            return
        known.calls += 1
        if known.index is None:
            self._describe(known, scheduler)
        if (
            known.index is not None
            and (known.calls <= LOOKS or self.seen.current.recorded)
            and len(known.places) < PLACES
        ):
            place = self.seen.frames.caller()
            if place is not None and place not in known.places:
                known.places.add(place)
                line = {
                    "kind": "scheduler_call",
                    "scheduler": known.index,
                    "step": self.seen.now_at,
                    "call": known.calls,
                }
                self.seen.journal.write({**line, "path": place[0], "line": place[1]})

    def metric_given(self, arguments: Arguments, named: Named, result: Any) -> None:
        """A ReduceLROnPlateau was stepped with a value of the metric that it follows."""
        known = self._knows(arguments[0], None)
        value: Any = arguments[1] if len(arguments) > 1 else named.get("metrics")
        if known is None or known.index is None or not is_written(known.calls - 1, DENSE_METRICS):
            return
        value = plain(value.detach() if hasattr(type(value), "detach") else value)
        if isinstance(value, (int, float)):
            line = {"kind": "plateau_metric", "scheduler": known.index, "step": self.seen.now_at, "call": known.calls}
            self.seen.journal.write({**line, "value": float(value)})

    def timm_epoch(self, arguments: Arguments, named: Named) -> None:
        """timm's scheduler is told that an epoch is over."""
        self._timm(arguments[0], getattr(arguments[0], "t_in_epochs", True))

    def timm_update(self, arguments: Arguments, named: Named) -> None:
        """timm's scheduler is told of an update."""
        self._timm(arguments[0], not getattr(arguments[0], "t_in_epochs", True))

    def _timm(self, scheduler: Any, acts: bool) -> None:
        if acts:
            self.seen.letter("l")
            self.seen.source("scheduler")
            self.scheduled(scheduler)

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """The rates with which an optimizer is about to step."""
        if self._pending:  # all that belongs together is built by now
            self._describe_all()
        step = self.seen.current
        if not step.recorded:
            return
        applied = [rate(group) for group in optimizer.param_groups]
        for known in self._known:
            scheduler: Any = known.reference()
            if known.index is None or scheduler is None or getattr(scheduler, "optimizer", None) is not optimizer:
                continue
            entry: dict[str, Any] = {"scheduler": known.index, "calls": known.calls}
            planned = last_rates(scheduler) or []
            if planned:
                entry["rate"] = planned[0]
            for group, (a, b) in enumerate(zip(planned, applied, strict=False)):
                if b is not None and not math.isclose(a, b, rel_tol=1e-6):
                    entry |= {"rate": a, "applied": b, "group": group}
                    break
            step.details.setdefault("schedule", []).append(entry)

    def end(self) -> None:
        """Say how often each was stepped."""
        self._describe_all()
        for known in self._known:
            if known.index is not None:
                line = {
                    "kind": "scheduler_end",
                    "scheduler": known.index,
                    "step": self.seen.now_at,
                    "calls": known.calls,
                }
                self.seen.journal.write(line)

    def _knows(self, scheduler: Any, place: Place | None) -> Known | None:
        for known in self._known:
            if known.reference() is scheduler:
                return known
        self._known = [known for known in self._known if known.index is not None or known.reference() is not None]
        if len(self._known) >= 4 * MOST:
            return None
        self._known.append(Known(weakref.ref(scheduler), place))
        self._pending = True
        self.wake("before_step")
        return self._known[-1]

    def _describe_all(self) -> None:
        self._pending = False
        self.rest("before_step")
        alive = [(known, s) for known in self._known if (s := known.reference()) is not None]
        inside = {id(part) for _, scheduler in alive for part in parts_of(scheduler)}
        for known, scheduler in alive:
            if known.index is None and id(scheduler) not in inside:
                self._describe(known, scheduler)

    def _describe(self, known: Known, scheduler: Any) -> None:
        if self._described >= MOST:
            return
        known.index = self._described
        self._described += 1
        line: dict[str, Any] = {"kind": "scheduler", "index": known.index, "step": self.seen.now_at}
        line["optimizer"] = self.seen.holdings.number_of(getattr(scheduler, "optimizer", None))
        line |= scheduler_facts(scheduler, self.seen.frames)
        plan = rate_plan(scheduler)
        line |= {"plan": plan} if plan else {}
        line |= {"path": known.place[0], "line": known.place[1]} if known.place else {}
        self.seen.journal.write(line)
