"""What the calls of torch that have no hook are replaced by: each tells the session, and then does what it always did.

Each function here returns a maker: it takes the original and returns the wrapper. A wrapper may use only what it
encloses and builtins (see `Attachment`). Under `torch.compile` it is as if it were not there.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from threading import get_ident
from typing import Any, TypeAlias

from traindx.recorder.probe import Patch, Probe
from traindx.recorder.session import Session

Maker: TypeAlias = Callable[[Any], Callable[..., Any]]


def is_traced(torch: Any) -> Callable[[], bool]:
    """Tells whether code is being traced now, by torch.compile or torch.jit: then nothing may be measured."""
    compiling, tracing = torch.compiler.is_compiling, torch._C._is_tracing
    return lambda: compiling() or tracing()


def is_compiled(torch: Any) -> Callable[[], bool]:
    """Tells whether Dynamo is tracing the code that asks, which then has to be as if it were not there; whether anything else is
    tracing is asked where something is about to be measured (`guarded`)."""
    asked: Callable[[], bool] = torch.compiler.is_dynamo_compiling
    return asked


def root_called(torch: Any, session: Session, detach: Callable[[], None]) -> Callable[..., Any]:
    """The call of a module of the root's class, in place of what that class does (`original`): see `RootCalls`."""
    compiling, gradients = is_compiled(torch), torch.is_grad_enabled

    def wrapper(module: Any, original: Any, /, *args: Any, **kwargs: Any) -> Any:
        if compiling():
            return original(*args, **kwargs)
        roots = session.seen.roots
        root = roots.root
        if not session.alive:
            detach()  # not earlier: torch does not let an optimizer's hook take itself off
        elif root is None:
            if roots.rests and gradients():
                session.wake()  # puts the hook on all modules, which sees this call
        elif module is root or type(module) is roots.core_type:
            changed = session.forward(module, args, kwargs)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
            if not gradients():
                answer = original(*args, **kwargs)
                session.answered(module, answer)
                return answer
        return original(*args, **kwargs)

    return wrapper


def backward(torch: Any, session: Session) -> Maker:
    """`torch.autograd.backward`, through which `Tensor.backward` goes too; not those inside another (checkpointing)."""
    compiling, inside, tensor, this_thread = is_compiled(torch), [False], torch.Tensor, get_ident

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if compiling() or inside[0]:
                return original(*args, **kwargs)
            tensors = args[0] if args else kwargs.get("tensors")
            session.backward(tensors if isinstance(tensors, (tensor, list, tuple)) else ())  # a generator is its own
            seen, thread = session.seen, session.bound.thread
            if thread and thread != this_thread():
                return original(*args, **kwargs)
            inside[0] = True
            try:
                return original(*args, **kwargs)
            finally:
                inside[0] = False
                if seen.current.recorded or "backward_done" in seen.probes.awake:
                    session.backward_over()

        return wrapper

    return make


def train(torch: Any, session: Session) -> Maker:
    """`Module.train`, and so `eval`: the outermost call, as torch calls it again for each child."""
    compiling, inside = is_compiled(torch), [False]

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, mode: bool = True) -> Any:
            if compiling() or inside[0] or not session.alive or session.bound.is_elsewhere:
                return original(self, mode)
            changed = self.training is not mode
            inside[0] = True
            try:
                return original(self, mode)
            finally:
                inside[0] = False
                session.mode(self, mode, changed)

        return wrapper

    return make


def zero_grad(torch: Any, session: Session) -> Maker:
    """`zero_grad` of optimizers and modules."""
    compiling = is_compiled(torch)

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not compiling() and session.alive:
                session.called("z", "zero_grad")
            return original(self, *args, **kwargs)

        return wrapper

    return make


def optimizer_made(session: Session) -> Maker:
    """An optimizer's construction."""

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            session.optimizer_made(self)

        return wrapper

    return make


def scheduler_step(session: Session) -> Maker:
    """A learning rate scheduler's step: the outermost, and not the one that its construction makes."""
    depth, initial = [0], _is_initial

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            if session.bound.is_elsewhere:
                return original(self, *args, **kwargs)
            if not depth[0] and not initial(self):
                session.scheduled(self)
            depth[0] += 1
            try:
                return original(self, *args, **kwargs)
            finally:
                depth[0] -= 1

        return wrapper

    return make


def _is_initial(scheduler: Any) -> bool:
    """Whether the step is the one that a scheduler's construction makes; `_step_count` alone is 0 for some for ever."""
    if vars(scheduler).get("_step_count") != 0:
        return False
    frame: Any = sys._getframe(2)
    for _ in range(4):  # a subclass may step through its own method
        if frame is None or frame.f_code.co_name == "_initial_step":
            return frame is not None
        frame = frame.f_back
    return False


def loss(torch: Any, session: Session, name: str) -> Maker:
    """A loss function of `torch.nn.functional`."""
    compiling = is_compiled(torch)

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            scores = args[0] if args else kwargs.get("input")
            target = args[1] if len(args) > 1 else kwargs.get("target")
            if compiling() or not session.alive or scores is None or target is None:
                return original(*args, **kwargs)
            value = original(*args, **kwargs)
            kwargs.pop("input", None)
            session.loss_called(name, scores, target, value, {"weight": args[2], **kwargs} if len(args) > 2 else kwargs)
            return value

        return wrapper

    return make


def scale(session: Session) -> Maker:
    """`GradScaler.scale`."""

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, outputs: Any) -> Any:
            result = original(self, outputs)
            if result is not outputs:
                session.scaled(outputs, result)
            return result

        return wrapper

    return make


def unscale(session: Session) -> Maker:
    """`GradScaler.unscale_`, by the user or by the scaler's own step."""

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
            if self.is_enabled():
                session.called("u", "unscale")
            return original(self, *args, **kwargs)

        return wrapper

    return make


def next_batch(torch: Any, session: Session) -> Maker:
    """A loader's next batch: the time it takes, outside of validation."""
    clock, gradients = time.perf_counter, torch.is_grad_enabled

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(self: Any) -> Any:
            started = clock()
            try:
                batch = original(self)
            except BaseException as error:
                session.no_batch(self, error)
                raise
            finally:
                took = clock() - started
                if gradients() and not session.bound.is_elsewhere:
                    session.seen.wait += took
            session.batch(self, batch, took)
            return batch

        return wrapper

    return make


def watched(torch: Any, session: Session, kind: type[Probe], patch: Patch) -> Maker:
    """A function that a probe watches."""
    compiling, before, after = is_compiled(torch), patch.before, patch.after
    alone, gradients = patch.without_gradients, torch.is_grad_enabled

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if (alone and gradients()) or compiling() or not session.alive:
                return original(*args, **kwargs)
            if before:
                session.call(kind, before, args, kwargs)
            result = original(*args, **kwargs)
            if after:
                session.call(kind, after, args, kwargs, result)
            return result

        return wrapper

    return make


def compile_called(tell: Callable[[], None]) -> Maker:
    """`torch.compile`: from here on the hooks stay as they are."""

    def make(original: Any) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            tell()
            return original(*args, **kwargs)

        return wrapper

    return make
