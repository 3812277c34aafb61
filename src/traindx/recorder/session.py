"""The recorder's state in one process: it is told what the training does, and turns it into observed steps."""

from __future__ import annotations

import functools
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from traindx.core.treatment import Treatment
from traindx.recorder.activations import Pass, Window
from traindx.recorder.description import Description, held, optimizer_line, rate, signature
from traindx.recorder.journal import Journal
from traindx.recorder.lossfunction import measured_call
from traindx.recorder.readback import Slots, rounded
from traindx.recorder.roots import Roots
from traindx.recorder.schedule import Schedule
from traindx.recorder.source import Frames
from traindx.recorder.step import Step
from traindx.recorder.treatments import Treatments
from traindx.recorder.validation import Validation

F = TypeVar("F", bound=Callable[..., Any])


def guarded(method: F) -> F:
    """Run a method so that it can neither harm nor call itself: an error detaches the recorder; its time is counted."""

    @functools.wraps(method)
    def call(self: Session, *args: Any, **kwargs: Any) -> Any:
        if not self.alive or self.busy:
            return None
        self.busy = True
        started = time.perf_counter()
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.fail(error)
            return None
        finally:
            self.cost += time.perf_counter() - started
            self.busy = False

    return cast(F, call)


class Session:
    """One recording process. Everything public here is called by `attach`, and never raises."""

    def __init__(
        self,
        torch: Any,
        folder: Path,
        *,
        treatments: Sequence[Treatment] = (),
        max_steps: int | None = None,
        budget: float = 0.01,
    ) -> None:
        self.torch, self.folder, self._budget = torch, folder, budget
        self.max_steps = max_steps
        self.frames = Frames(cwd=str(Path.cwd()), torch=str(Path(torch.__file__).parent))
        self.treatments = Treatments(torch, treatments)
        self.alive, self.busy, self.cost = True, False, 0.0
        self.detach: Callable[[], None] = lambda: None
        self.leave: Callable[[], None] = lambda: None
        self.watch: Callable[[bool], None] = lambda on: None
        self._reset()

    def _reset(self) -> None:
        self.roots = Roots()
        self.schedule = Schedule(self._budget)
        self.journal = Journal(self.torch, self.folder, self.schedule)
        self.current = Step(self.torch, 0, True, [])
        self.capture: Pass | None = None
        self._captured = False
        self._window = Window()
        self._validation = Validation()
        self._description: Description | None = None
        self._optimizers: list[weakref.ref[Any]] = []
        self._places: dict[int, tuple[str, int] | None] = {}
        self._numbered: list[weakref.ref[Any]] = []
        self._sources: set[str] = set()
        self._modes: weakref.WeakKeyDictionary[Any, tuple[bool, Any]] = weakref.WeakKeyDictionary()
        self._stepping: list[int] = []
        self._wait = self._last_end = 0.0
        self._price = 0.0
        self._scaled: tuple[Any, Any] | None = None
        self.saw_training = False
        self.steps_taken = 0
        for treatment in self.treatments.all:
            self.journal.event("treatment", 0, name=treatment.name, arguments=dict(treatment.arguments))

    # ---- forward ----

    @guarded
    def forward(self, module: Any, arguments: Any) -> Any:
        """A module is about to be called: the root, a copy of it, or any while a root is searched for."""
        gradients = self.torch.is_grad_enabled()
        if self.roots.searching and not self.roots.enter(module, gradients):
            return None
        root = module is self.roots.root
        if not root and not self.roots.is_twin(module):
            return None
        changed = None
        if self.treatments.change_inputs and self.roots.takes_input(module):
            changed = self.treatments.inputs(arguments)
            arguments = arguments if changed is None else changed
        if gradients and root:
            self._training_forward(module, arguments)
        elif not gradients and self.roots.takes_input(module):
            self._close()
            self._validation.batches += 1
        return changed

    def _training_forward(self, module: Any, arguments: Any) -> None:
        self._close()
        self._end_validation()
        self.saw_training = True
        mode = self.treatments.mode(self.current.number)
        if mode is not None and module.training is not mode:
            module.train(mode)
            self._mode_event(mode, self.frames.caller())
        if self.roots.searching:
            self.treatments.first_forward(module)
        self._letter("f")
        if self.current.training is None:
            self.current.training = bool(module.training)
        if self.current.recorded and not self._captured:
            self.current.passed = Pass(self.torch, self.current.details, self.current.slots, self._window)
            self.capture = self.current.passed
            self._captured = not self.roots.searching
            self.capture.inputs(arguments)

    @guarded
    def forward_done(self, module: Any, arguments: Any, output: Any) -> None:
        """A module's call is over."""
        if self.roots.searching:
            self.roots.leave(module)
        if self.capture is not None:
            if not module._modules and self.torch.is_grad_enabled():
                self.capture.layer(module, arguments, output)
            if module is self.roots.root:
                self.capture = None

    # ---- loss and backward ----

    @guarded
    def loss_called(self, name: str, scores: Any, target: Any, value: Any) -> None:
        """A loss function has returned."""
        if not (isinstance(value, self.torch.Tensor) and isinstance(scores, self.torch.Tensor)):
            return
        if not self.torch.is_grad_enabled():
            if self._validation.batches:
                self._validation.loss(self.torch, name, scores, target, value)
            return
        self._source("loss")
        if self.current.recorded and value.requires_grad and "loss_call" not in self.current.details:
            place = self.frames.caller()
            call = measured_call(self.torch, name, scores, target, value, self.current.slots)
            if call is not None:
                self.current.details["loss_call"] = call | ({"path": place[0], "line": place[1]} if place else {})

    @guarded
    def scaled(self, outputs: Any, result: Any) -> None:
        """A gradient scaler has multiplied a loss: what is backpropagated is `result`, the loss is `outputs`."""
        if isinstance(result, self.torch.Tensor) and isinstance(outputs, self.torch.Tensor):
            self._scaled = (weakref.ref(result), outputs.detach().clone())

    @guarded
    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""
        self._close()
        self.saw_training = True
        self.capture = None
        step = self.current
        if "b" not in step.calls:
            if "f" not in step.calls:
                self.roots.search()
            if step.recorded:
                step.norms.leftover(self._parameters())
        self._letter("b")
        self._source("backward")
        losses = [tensors] if isinstance(tensors, self.torch.Tensor) else list(tensors)
        for loss in losses:
            if loss.numel() == 1:
                step.losses.append(self._unscaled(loss).detach().clone())

    def _unscaled(self, loss: Any) -> Any:
        if self._scaled is not None and self._scaled[0]() is loss:
            return self._scaled[1]
        return loss

    def _parameters(self) -> list[Any]:
        if self._description is not None:
            return [p for p in self._description.parameters if p is not None]
        root = self.roots.root
        return [] if root is None else list(root.parameters())

    # ---- optimizer steps ----

    @guarded
    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was constructed; a new model may come with it."""
        self._optimizers.append(weakref.ref(optimizer))
        self._places[id(optimizer)] = self.frames.caller()
        self._source("optimizer")
        if self.journal.is_open:
            self.roots.search()

    @guarded
    def step_begins(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start; one inside another's counts as part of it."""
        if id(optimizer) in self._stepping:
            self._stepping = []
        self._stepping.append(id(optimizer))
        if len(self._stepping) > 1:
            return
        if id(optimizer) in self.current.stepped:
            self._close()
        if all(o() is not optimizer for o in self._optimizers):
            self._optimizers.append(weakref.ref(optimizer))
            self.roots.search()
        first = not self.journal.is_open
        self.journal.open()
        if first and not closure:
            self.treatments.first_step(self.roots.root, self._alive_optimizers())
        self.treatments.before_step(optimizer)
        self._source("step")
        if self.current.recorded:
            self.current.norms.before(held(optimizer), gradients=not closure)

    @guarded
    def step_ends(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is over."""
        if not self._stepping or self._stepping.pop() != id(optimizer) or self._stepping:
            return
        step = self.current
        step.calls.append("s")
        self.steps_taken += 1
        if not step.stepped:
            self._describe_if_changed()
            first = self._alive_optimizers()[0]
            step.rate = rate(first.param_groups[0]) if first.param_groups else None
            step.rates = [rate(group) for group in first.param_groups]
        step.stepped.append(id(optimizer))
        step.description = self._description
        if step.recorded:
            step.norms.after(held(optimizer), gradients=closure)
            if len(step.stepped) == 1 and self._description is not None:
                step.norms.others(self._unheld())
        if self.treatments.after_step(optimizer):
            self._letter("z")
        now = self.journal.now
        step.time, step.seconds, step.wait = now, step.seconds + now - self._last_end, step.wait + self._wait
        self._last_end, self._wait = now, 0.0
        if self.max_steps is not None and step.number + 1 >= self.max_steps:
            self._limit()

    def _unheld(self) -> list[Any]:
        inside = {id(p) for o in self._alive_optimizers() for p in held(o)}
        return [p for p in self._parameters() if id(p) not in inside]

    def _alive_optimizers(self) -> list[Any]:
        return [o for reference in self._optimizers if (o := reference()) is not None]

    def _describe_if_changed(self) -> None:
        optimizers = self._alive_optimizers()
        known = self._description is not None and not self.roots.searching
        if known and not self.current.recorded:
            return
        self.roots.settle()
        root = self.roots.root
        fresh = any(all(o is not n() for n in self._numbered) for o in optimizers)
        if (
            not fresh
            and self._description is not None
            and self._description.signature == signature(root, [o() for o in self._numbered])
        ):
            return
        numbered = [o() for o in self._numbered]
        new = [o for o in optimizers if all(o is not n for n in numbered)]
        self._numbered += [weakref.ref(o) for o in new]
        self._description = Description(root, self.roots.was_called, [*numbered, *new])
        lines = [optimizer_line(o, len(numbered) + i, self._places.get(id(o))) for i, o in enumerate(new)]
        self.journal.write(self._description.line(self.current.number), *lines)
        for module, (mode, place) in list(self._modes.items()):
            if self.roots.is_twin(module):
                self._mode_event(mode, place)
        self._modes.clear()

    def _close(self) -> None:
        step = self.current
        if not step.stepped:
            return
        step.cost = self.cost - step.started_cost
        if step.recorded:
            self._price = step.cost
        self.journal.add(step)
        number = step.number + 1
        recorded = self.schedule.wants(number, self.journal.now, self.cost, self._price)
        self.current = Step(self.torch, number, recorded, step.after)
        self.current.started_cost = self.cost
        self._captured, self.capture = False, None
        self.watch(recorded or self.roots.searching)

    # ---- everything else that is called ----

    @guarded
    def called(self, letter: str, source: str) -> None:
        """zero_grad (z), unscale (u), clip (c) or a scheduler's step (l) is called."""
        self._letter(letter)
        self._source(source)

    @guarded
    def clipped(self, limit: Any, norm: Any) -> None:
        """Gradients were clipped at `limit`; `norm` is what they had before, a tensor, where the function tells it."""
        step = self.current
        if step.recorded and not step.stepped:
            clip: dict[str, Any] = {"max_norm": float(limit)}
            step.details["clip"] = clip
            if isinstance(norm, self.torch.Tensor) and norm.numel() == 1:
                step.slots.add(norm.detach().clone(), lambda values: clip.update(norm=rounded(values[0])))

    @guarded
    def skipped(self) -> None:
        """A gradient scaler left a step out, because the gradients were not finite."""
        self.journal.event("step_skipped", self.current.number, what="gradient scaler found non-finite gradients")

    @guarded
    def mode(self, module: Any, training: bool, changed: bool) -> None:
        """`train` or `eval` was called on a module."""
        self._source("train" if training else "eval")
        place = self.frames.caller()
        if self.roots.searching:
            if changed:
                self._modes[module] = (training, place)
            if not self.roots.root:
                return
        if changed and (module is self.roots.root or self.roots.is_twin(module)):
            self._modes.pop(module, None)
            self._mode_event(training, place)

    def _mode_event(self, training: bool, place: tuple[str, int] | None) -> None:
        fields = {"path": place[0], "line": place[1]} if place else {}
        self.journal.event("mode", self.current.number, training=training, **fields)

    def keeps_eval(self, module: Any) -> bool:
        """Whether `module.train()` is to have no effect now, as a treatment asks."""
        return module is self.roots.root and self.treatments.keeps_eval(self.current.number)

    def waited(self, seconds: float) -> None:
        """The training has waited for a batch."""
        self._wait += seconds

    def _letter(self, letter: str) -> None:
        step = self.current
        (step.after if step.stepped and not self._stepping else step.calls).append(letter)

    def _source(self, call: str) -> None:
        if call not in self._sources:
            self._sources.add(call)
            place = self.frames.caller()
            if place is not None:
                self.journal.write({"kind": "source", "call": call, "path": place[0], "line": place[1]})

    def _end_validation(self) -> None:
        if self._validation.batches:
            slots = Slots()
            line = self._validation.line(self.torch, max(0, self.current.number - 1), self.journal.now, slots)
            self.journal.add_line(slots, line)
            self._validation = Validation()
            self.journal.flush()

    # ---- endings ----

    @guarded
    def raised(self, error: BaseException, always: bool) -> None:
        """An exception ends the process."""
        if not (always or self.saw_training or self.journal.is_open):
            return
        self.journal.open()
        place, frames = self.frames.raised(error.__traceback__)
        fields = {"path": place[0], "line": place[1]} if place else {}
        message = str(error)[:2000]
        step = self.current.number
        self.journal.event("exception", step, type=type(error).__name__, message=message, **fields, frames=frames)

    @guarded
    def adopt(self, model: Any, optimizer: Any) -> None:
        """Take a model and an optimizer that the user named."""
        if model is not None:
            self.roots.offer(model)
        if optimizer is not None:
            self._optimizers.append(weakref.ref(optimizer))

    @guarded
    def end(self) -> None:
        """The process, or the recorded block, ends."""
        if self.saw_training:
            self.journal.open()
        self._finish()

    def _finish(self) -> None:
        self._close()
        self._end_validation()
        self.journal.flush(wait=True)
        self.journal.close(self.current.number, self.cost)
        self.alive = False

    def _limit(self) -> None:
        self._close()
        self.journal.flush(wait=True)
        self.journal.event("limit", self.current.number, max_steps=self.max_steps)
        self._finish()
        self.leave()

    def fail(self, error: Exception) -> None:
        """The recorder itself failed: say so in one line, once, and leave the training alone."""
        self.alive = False
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        try:
            print(f"traindx: the recorder stopped ({reason}); training goes on unrecorded", file=sys.stderr)
            self.journal.event("detached", self.current.number, reason=reason)
            self.detach()
        except Exception:
            return

    def forked(self) -> None:
        """This process is a child by fork: what the parent observed is the parent's to write."""
        self.journal.abandon()
        self._reset()
