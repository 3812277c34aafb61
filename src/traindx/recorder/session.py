"""The recorder in one process: told by the hooks what the training does. Nothing in here raises into the training."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from traindx.core.treatment import Treatment
from traindx.recorder.bound import Bound
from traindx.recorder.guard import guarded
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Named, Probe
from traindx.recorder.raised import fields_of
from traindx.recorder.source import Frames
from traindx.recorder.treatments import Treatments
from traindx.recorder.writer import Lost


class Session:
    """One recording process. `detach` and `watch` are the attachment's; `leave` ends the process at the limit of steps."""

    def __init__(
        self,
        torch: Any,
        folder: Path,
        *,
        treatments: Sequence[Treatment] = (),
        max_steps: int | None = None,
        budget: float = 0.01,
    ) -> None:
        self.torch, self.folder, self._budget, self.max_steps = torch, folder, budget, max_steps
        self.frames = Frames(cwd=str(Path.cwd()), torch=str(Path(torch.__file__).parent))
        self.treatments = Treatments(torch, treatments, self)
        self.alive, self.busy, self.cost = True, False, 0.0
        self.leave: Callable[[], None] = lambda: None
        self.lost: Callable[[], None] = lambda: None
        self.watch: Callable[[bool], None] = lambda on: None
        self._begin()

    def _begin(self) -> None:
        signed, watch = self.treatments.signed, lambda on: self.watch(on)
        self.seen = Observation(self.torch, self.folder, self.frames, self._budget, signed, watch)
        self.bound = Bound(self.torch, self.seen)
        for treatment in self.treatments.all:
            self.seen.journal.event("treatment", 0, name=treatment.name, arguments=dict(treatment.arguments))

    # ---- forward, loss and backward ----

    @guarded
    def forward(self, module: Any, arguments: Any, named: Named | Callable[[], Named]) -> Any:
        """A module is about to be called: the root, a copy of it, or any while a root is searched for.

        `named` are the keyword arguments, or tells them. Returns the arguments to call it with instead, None to leave them.
        """
        seen, roots, gradients = self.seen, self.seen.roots, self.torch.is_grad_enabled()
        treated, searching = self.treatments.any, roots.searching
        if treated and searching:
            self.treatments.any_call(module)
        root = roots.enter(module, gradients) if searching else module is roots.root
        if searching:
            seen.rest_when_tired()
        trained, changed = root and gradients, None
        takes_input = (not trained or treated) and roots.takes_input(module)
        if takes_input and self.treatments.change_inputs:
            changed = self.treatments.inputs(arguments, learns=gradients)
        given = arguments if changed is None else changed
        if trained:
            seen.close(self.cost)
            if seen.validation.batches:
                seen.end_validation()
            if treated:
                self.treatments.model(module)
            seen.training_forward(module, given)
            seen.probes.tell("forward", module, given, named() if callable(named) else named)
            seen.handed = None
        elif takes_input and gradients and seen.roots.is_root(module):
            seen.probes.tell("core_forward", module)
        elif takes_input and not gradients:
            seen.close(self.cost)
            if treated:
                self.treatments.validation(module)
            seen.validation.forward(module)
            seen.probes.tell("validation_forward", module, given, named() if callable(named) else named)
            seen.handed = None
        return changed

    @guarded
    def forward_done(self, module: Any, arguments: Any, output: Any) -> None:
        """A module's call is over."""
        seen = self.seen
        if seen.roots.searching:
            seen.roots.leave(module)
        if seen.capture is not None:
            leaf, moment = not module._modules, "layer" if self.torch.is_grad_enabled() else "layer_without_gradients"
            if leaf and moment == "layer":
                seen.capture.layer(module, arguments, output)
            if leaf or (moment == "layer" and "running_mean" in module._buffers):
                seen.probes.tell(moment, module, arguments, output)
            if module is seen.roots.root:
                seen.capture = None
                seen.probes.tell("returned", module, output)
        elif seen.awaits_loss and not seen.roots.is_root(module):
            seen.probes.tell("criterion", module, arguments, output)

    @guarded
    def answered(self, module: Any, output: Any) -> None:
        """A module of the root's class has returned, without gradients."""
        self.seen.probes.tell("answered", module, output)

    @guarded
    def wake(self) -> None:
        """A module of the class that was only evaluated so far is about to be called with gradients."""
        self.seen.search()

    @guarded
    def loss_called(self, name: str, scores: Any, target: Any, value: Any, settings: Named) -> None:
        """A loss function, called with these further arguments, has returned."""
        self.seen.losses.called(name, scores, target, value, settings)

    @guarded
    def scaled(self, outputs: Any, result: Any) -> None:
        """A gradient scaler has multiplied a loss: what is backpropagated is `result`, the loss is `outputs`."""
        self.seen.losses.scale(outputs, result)

    @guarded
    def backward(self, tensors: Any) -> None:
        """A backward pass is about to start."""
        seen = self.seen
        if seen.current.stepped:
            seen.close(self.cost)
        seen.saw_backward, seen.capture, step = True, None, seen.current
        seen.backwards += 1
        if "b" not in step.calls:
            if "f" not in step.calls:
                seen.search()
            if step.recorded:
                step.norms.leftover(seen.holdings.parameters(seen.roots))
        seen.letter("b")
        if "backward" not in seen.sources:
            seen.source("backward")
        alone = seen.losses.backward(tensors)
        if step.recorded or "backward" in seen.probes.awake:
            seen.probes.tell("backward", tensors)
        if alone and not step.recorded:
            seen.probes.tell("backward_alone", tensors)

    @guarded
    def backward_over(self) -> None:
        """A backward pass is over."""
        self.seen.probes.tell("backward_done")

    # ---- optimizer steps ----

    @guarded
    def optimizer_made(self, optimizer: Any) -> None:
        """An optimizer was constructed; a new model may come with it."""
        self.seen.optimizer_made(optimizer)

    @guarded
    def step_begins(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is about to start; one inside another's counts as part of it."""
        seen = self.seen
        if id(optimizer) in seen.stepping:  # the last one ended by an exception
            seen.stepping = []
        seen.stepping.append(id(optimizer))
        if len(seen.stepping) > 1:
            return
        if id(optimizer) in seen.current.stepped:
            seen.close(self.cost)
        if seen.holdings.stepped(optimizer) or seen.roots.rests:
            seen.search()
        if not seen.journal.is_open:
            seen.journal.open()
        if self.bound.others:
            self.bound.say_others()
        if self.treatments.any:
            self.treatments.before_step(seen.roots.root, optimizer)
        if "step" not in seen.sources:
            seen.source("step")
        if seen.current.recorded:
            seen.before_step(optimizer, closure)
        seen.probes.tell("before_step", optimizer, closure)

    @guarded
    def step_ends(self, optimizer: Any, closure: bool) -> None:
        """An optimizer step is over."""
        seen = self.seen
        if not seen.stepping or seen.stepping.pop() != id(optimizer) or seen.stepping:
            return
        seen.after_step(optimizer, closure)
        if seen.current.recorded or "after_step" in seen.probes.awake:
            seen.probes.tell("after_step", optimizer, closure)
        if self.treatments.any and self.treatments.after_step(optimizer):
            seen.letter("z")
        if self.max_steps is not None and seen.current.number + 1 >= self.max_steps:
            self.stop(self.max_steps)

    def stop(self, steps: int) -> None:
        """End the process after so many steps."""
        self.seen.close(self.cost)
        self.seen.journal.flush(wait=True)
        self.seen.journal.event("limit", self.seen.current.number, max_steps=steps)
        self.seen.finish(self.cost)
        self.alive = False
        self.leave()

    @guarded
    def called(self, letter: str, source: str) -> None:
        """zero_grad (z) or unscale (u) is called."""
        self.seen.letter(letter)
        if source not in self.seen.sources:
            self.seen.source(source)

    @guarded
    def scheduled(self, scheduler: Any) -> None:
        """A learning rate scheduler is stepped."""
        self.seen.letter("l")
        self.seen.source("scheduler")
        self.seen.probes.tell("scheduled", scheduler)

    @guarded
    def batch(self, loader: Any, batch: Any, waited: float) -> None:
        """A loader's iterator has handed out a batch, for which the training waited so many seconds."""
        self.seen.waited = waited
        self.seen.batch(batch, self.torch.is_grad_enabled())
        self.seen.probes.tell("batch", loader, batch)

    @guarded
    def no_batch(self, loader: Any, error: BaseException) -> None:
        """A loader's iterator has ended, or failed."""
        self.seen.probes.tell("no_batch", loader, error)

    @guarded
    def call(self, kind: type[Probe], method: str, *arguments: Any) -> None:
        """A function that a probe watches is called, or has returned."""
        self.seen.probes.call(kind, method, *arguments)

    @guarded
    def mode(self, module: Any, training: bool, changed: bool) -> None:
        """`train` or `eval` was called on a module."""
        self.seen.source("train" if training else "eval")
        self.seen.probes.tell("mode_called", module, training)
        if changed:
            self.seen.mode(module, training)
            self.seen.probes.tell("mode", module, training)

    # ---- beginnings and endings ----

    @guarded
    def adopt(self, model: Any, optimizer: Any) -> None:
        """Take a model and an optimizer that the user named."""
        if model is not None:
            self.seen.roots.offer(model)
        inner = getattr(optimizer, "optimizer", None)  # what Accelerate wraps is what steps
        optimizer = inner if isinstance(inner, self.torch.optim.Optimizer) else optimizer
        if optimizer is not None:
            self.seen.holdings.made(optimizer, None)

    @guarded
    def raised(self, error: BaseException, always: bool) -> None:
        """An exception ends the process; without `always` it is left out where no training was seen."""
        journal = self.seen.journal
        trained = always or self.seen.saw_forward or journal.is_open
        if not trained or type(error).__name__ == "ChildFailedError":  # torchrun's: its rank has recorded its own
            return
        journal.open()
        journal.event("exception", self.seen.now_at, **fields_of(error, self.frames))
        self.seen.probes.tell("raised", error)

    @guarded
    def end(self) -> None:
        """The process, or the recorded block, ends. A training that never stepped is written too: that is its fault."""
        if self.seen.saw_backward:
            self.seen.journal.open()
        self.seen.finish(self.cost)
        self.alive = False

    def fail(self, error: Exception) -> None:
        """The recorder itself failed: say so in one line, once. The hooks are taken off at the next safe moment."""
        self.alive = False
        if isinstance(error, Lost):  # the program closed our file, as a daemon does: not a word
            self.lost()
            return
        try:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            print(f"traindx: the recorder stopped ({reason}); training goes on unrecorded", file=sys.stderr)
            self.seen.journal.open()
            self.seen.journal.event("detached", self.seen.now_at, reason=reason)
        except Exception:
            return

    def forked(self) -> None:
        """This process is a child by fork: what the parent observed is the parent's to write."""
        self.seen.journal.abandon()
        self._begin()
        self.watch(True)
