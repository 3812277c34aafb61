"""What has been observed of the training so far, and the step that is under way."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from traindx.recorder.activations import Pass, Window
from traindx.recorder.cut_by_hand import CutByHand
from traindx.recorder.description import held
from traindx.recorder.holdings import Holdings, Place
from traindx.recorder.journal import Journal
from traindx.recorder.logged import Logged
from traindx.recorder.losses import Losses
from traindx.recorder.norms import Copies
from traindx.recorder.probes import Probes
from traindx.recorder.readback import Slots
from traindx.recorder.roots import Roots
from traindx.recorder.schedule import Schedule, is_written
from traindx.recorder.source import Frames
from traindx.recorder.step import LONGEST_CALLS, Step
from traindx.recorder.validation import Validation

SINGLE_PASSES = 100
"""Validations of a single pass that get a line; more are a teacher's or an average's, as often as there are steps."""
DENSE_LINES = 500
"""Validations of several passes, and pairs of changes of the mode, that are all written; then ever fewer are."""
FEW_OPTIMIZERS = 40
"""Optimizers after whose construction steps are recorded in full; code that makes more makes one at every step."""


class Observation:
    """The state of the recorder in one process. `watch` switches the hook that sees every layer's output on and off.

    A step begins with the first call after an optimizer step and ends, once its successor begins, with that step:
    so a second optimizer that steps right after the first belongs to the same step.
    """

    def __init__(
        self, torch: Any, folder: Path, frames: Frames, budget: float, signed: bool, watch: Callable[[bool], None]
    ) -> None:
        self.torch, self.frames, self._signed, self.watch = torch, frames, signed, watch
        self.schedule = Schedule(budget)
        self.journal = Journal(torch, folder, self.schedule)
        self.roots, self.holdings, self.window = Roots(), Holdings(), Window()
        self.validation = Validation()
        self._copies, self._cut = Copies(), CutByHand(frames)
        self.current = Step(torch, 0, True, [], self._copies)
        self.capture: Pass | None = None
        self.stepping: list[int] = []
        self.steps_taken = 0
        self.saw_forward = self.saw_backward = False
        self.wait = self.waited = 0.0
        self.handed: Any = None
        self.handed_to_train = False
        self.backwards = 0
        self.losses = Losses(self)
        self._last_end: float | None = None
        self._captured = self._holds_modes = False
        self._price = 0.0
        self._single_passes = self._validations = self._mode_events = self._optimizers = 0
        self.sources: set[str] = set()
        self._watched = True
        self.logged = Logged(self)
        self.probes = Probes(self)
        self.journal.anomaly = lambda step, what: self.probes.tell("anomaly", step, what)
        self._modes: weakref.WeakKeyDictionary[Any, tuple[bool, Place | None]] = weakref.WeakKeyDictionary()

    @property
    def now_at(self) -> int:
        """The step to which what happens now belongs: the next one, once an optimizer has stepped."""
        return self.current.number + bool(self.current.stepped)

    @property
    def awaits_loss(self) -> bool:
        """Whether the root has returned in a recorded step and no backward pass has started."""
        step = self.current
        return step.recorded and "f" in step.calls and "b" not in step.calls and self.torch.is_grad_enabled()

    # ---- calls ----

    def letter(self, letter: str) -> None:
        """Note a call; after an optimizer step it belongs to the next one."""
        step = self.current
        calls = step.after if step.stepped and not self.stepping else step.calls
        if len(calls) < LONGEST_CALLS:
            calls.append(letter)

    def source(self, call: str) -> None:
        """Note where the user's code makes a kind of call for the first time."""
        if call not in self.sources:
            self.sources.add(call)
            place = self.frames.caller()
            if place is not None:
                self.journal.write({"kind": "source", "call": call, "path": place[0], "line": place[1]})

    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was constructed: what came before it is no training, and a new model may come with it."""
        self._optimizers += 1
        few = self._optimizers <= FEW_OPTIMIZERS
        self.holdings.made(optimizer, self.frames.caller() if few else None)
        self.source("optimizer")
        if self.journal.is_open:
            if few:
                self.schedule.alarm(self.current.number)
            if few or not self.holdings.is_known(held(optimizer)):
                self.search()
        elif "b" not in self.current.calls:
            self.current = Step(self.torch, 0, True, [], self._copies)
            self.validation = Validation()
        if self.roots.rests:
            self.search()

    def search(self) -> None:
        """Look for the root anew."""
        self.roots.search(self.current.number)
        self._switch(True)

    def rest_when_tired(self) -> None:
        """After long without an optimizer step look for no root and at no layer, until there is one."""
        if self.roots.is_tired:
            self.roots.rest()
            self.capture = None
            self._switch(False)

    def _switch(self, on: bool) -> None:
        """Have the hooks on all modules put on or taken off; what is off, and was off before, is left alone."""
        if on or self._watched or self.roots.searching:
            self._watched = on or self.roots.searching
            self.watch(on)

    # ---- forward ----

    def training_forward(self, module: Any, arguments: Any) -> None:
        """The root is called with gradients."""
        step = self.current
        self.saw_forward = True
        if self._last_end is None:
            self._last_end = self.journal.now
        self.roots.called_at = step.number
        if self._holds_modes:
            for seen, (mode, place) in list(self._modes.items()):
                if self.roots.is_root(seen):
                    self.mode_event(mode, place)
                    del self._modes[seen]
            self._holds_modes = bool(self._modes)
        again = "f" in step.calls
        self.letter("f")
        if "b" not in step.calls:
            step.training = bool(module.training)
            step.forwards[step.training] += 1
            if again:
                self.probes.tell("forward_again", module)
        elif step.training is None:
            step.training = bool(module.training)
        if step.recorded and not self._captured:
            self.capture = step.passed = Pass(self.torch, step.slots, self.window, signed=self._signed)
            self._captured = not self.roots.searching or "b" in step.calls
            self.capture.inputs(arguments)

    def mode(self, module: Any, training: bool) -> None:
        """A module has changed its mode; of the root it is written, of one that may become it, kept."""
        if self.roots.is_root(module):
            self.mode_event(training, self.frames.caller())
        elif self.roots.searching:
            self._modes[module], self._holds_modes = (training, self.frames.caller()), True

    def mode_event(self, training: bool, place: Place | None) -> None:
        """Write that the root changed its mode."""
        self._mode_events += 1
        if is_written((self._mode_events - 1) // 2, DENSE_LINES):  # pairs: eval and train in turn
            fields = {"path": place[0], "line": place[1]} if place else {}
            self.journal.event("mode", self.now_at, training=training, **fields)

    def end_validation(self) -> None:
        """The forward passes without gradients are over."""
        validation = self.validation
        if validation.batches:
            self.validation = Validation()
            self._single_passes += not validation.is_several
            self._validations += validation.is_several
            several = validation.is_several and is_written(self._validations - 1, DENSE_LINES)
            if several or (not validation.is_several and self._single_passes <= SINGLE_PASSES):
                slots = Slots()
                last = max(0, self.current.number - 1)
                line = validation.line(self.torch, last, self.journal.now, slots)
                self.probes.tell("validation_over", line)
                self.journal.add_line(slots, line)

    def weights_restored(self) -> None:
        """Other weights are about to be loaded into the root: what is validated from here on is another network."""
        self.end_validation()
        self.validation.restored = True

    def batch(self, batch: Any, gradients: bool) -> None:
        """A loader has handed out a batch: it is kept here, for all probes, until the root is called."""
        self.handed, self.handed_to_train = batch, gradients

    @property
    def training_batch(self) -> Any:
        """The batch that was handed out last, with gradients switched on, None where the root was called since."""
        return self.handed if self.handed_to_train else None

    def maps_by_hand(self, images: int) -> list[Any]:
        """Where no loader hands out batches: what can be the targets on a map that a loop cut by hand for so many pictures."""
        used = self.handed is not None or self.handed_to_train
        return [] if used else self._cut.maps(self.torch, images)

    # ---- steps ----

    def before_step(self, optimizer: Any, closure: bool) -> None:
        """Measure gradients and weights; with a closure the gradients are made during the step."""
        if self.current.recorded:
            self.current.norms.before(held(optimizer), gradients=not closure)

    def after_step(self, optimizer: Any, closure: bool) -> None:
        """Measure the update; the step stays open for another optimizer."""
        step = self.current
        step.calls.append("s")
        self.steps_taken += 1
        if step.recorded or self.roots.searching:
            if self.roots.root is None and self._compiled():
                self.roots.find(held(optimizer), self.torch.nn.Module)
            self.roots.settle()
            lines = self.holdings.describe(self.roots, step.number)
            step.recorded = step.recorded and lines is not None
            self.journal.write(*lines or ())
        step.description = self.holdings.description
        if step.recorded:
            step.norms.after(held(optimizer), gradients=closure)
            if not step.stepped:
                step.norms.others(self.holdings.unheld(self.roots))
        if not step.stepped:
            step.rates = self.holdings.rates
            if step.training is None and self.roots.root is not None:
                step.training = bool(self.roots.root.training)
        step.stepped.append(id(optimizer))
        now = perf_counter() - self.journal.started
        step.time, step.wait, self.wait = now, step.wait + self.wait, 0.0
        step.seconds += now - (now if self._last_end is None else self._last_end)
        self._last_end = now

    def _compiled(self) -> bool:
        """Whether the first step came without a call of any module."""
        return self.current.number == 0 and "f" not in self.current.calls

    def close(self, cost: float) -> None:
        """End the step if an optimizer has stepped, and begin the next; `cost` is the recorder's so far, in seconds."""
        step = self.current
        if not step.stepped:
            return
        step.cost = cost - step.started_cost
        if step.recorded:
            self._price = step.cost
        if step.recorded or "closed" in self.probes.awake:
            self.probes.tell("closed", step)
        now = perf_counter() - self.journal.started
        if self.journal.add(step, now):
            self.probes.tell("passed", step)
        number = step.number + 1
        recorded = self.schedule.wants(number, now, cost, self._price)
        self.current = Step(self.torch, number, recorded, step.after, self._copies)
        self.current.started_cost = cost
        self._captured, self.capture = False, None
        self.losses.step_begins()
        if number >= self.probes.next_alarm:
            self.probes.wake_due(number)
        if recorded or self._watched or self.roots.searching:
            self._switch(recorded or self.roots.searching)

    def finish(self, cost: float) -> None:
        """Write all that is pending, and the last line."""
        self.close(cost)
        self.end_validation()
        self.probes.tell("end")
        self.journal.flush(wait=True)
        self.journal.close(self.current.number, cost)
