"""Attaches a session to torch: public hooks where there are any, thin wrappers where there are none; takes all off again.

A wrapper keeps the wrapped function's signature, name and globals, so that `torch.jit`, pickle and warnings see what
they saw before. Under `torch.compile` every callback returns at once, and registration stays as it was.
"""

from __future__ import annotations

import functools
import importlib
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

from traindx.recorder.lossfunction import CLASS_SCORES, WATCHED
from traindx.recorder.session import Session

MARK = "__traindx_session__"
COMPILE_WARNING = r"Using `torch.compile\(module\)` when there are global hooks"


def attached_session(torch: Any) -> Session | None:
    """The session that is attached to torch in this process, if any."""
    return getattr(torch.autograd.backward, MARK, None)


class Attachment:
    """All that was changed in torch for a session. `detach` undoes it, in reverse."""

    def __init__(self, torch: Any, session: Session) -> None:
        self._torch, self._session = torch, session
        self._undo: list[Callable[[], None]] = []
        self._forward_hook: Any = None
        self._compiled = False
        session.detach, session.watch = self.detach, self._watch
        self._hooks()
        self._training_calls()
        self._optimizer_calls()
        self._loss_calls()
        self._scaler_calls()
        self._other_calls()

    def detach(self) -> None:
        """Take every hook and wrapper off."""
        self._session.alive = False
        while self._undo:
            self._undo.pop()()
        if self._forward_hook is not None:
            self._forward_hook.remove()
            self._forward_hook = None

    # ---- hooks ----

    def _hooks(self) -> None:
        torch, session = self._torch, self._session
        compiling = torch.compiler.is_compiling

        def before_forward(module: Any, arguments: Any) -> Any:
            if compiling():
                return None
            watched = session.roots
            if watched.searching or module is watched.root or type(module) is watched.core_type:
                return session.forward(module, arguments)
            return None

        def before_step(optimizer: Any, arguments: Any, named: Any) -> None:
            if not compiling():
                session.step_begins(optimizer, _has_closure(arguments, named))

        def after_step(optimizer: Any, arguments: Any, named: Any) -> None:
            if not compiling():
                session.step_ends(optimizer, _has_closure(arguments, named))

        module, optimizer = torch.nn.modules.module, importlib.import_module("torch.optim.optimizer")
        for handle in (
            module.register_module_forward_pre_hook(before_forward),
            optimizer.register_optimizer_step_pre_hook(before_step),
            optimizer.register_optimizer_step_post_hook(after_step),
        ):
            self._undo.append(handle.remove)
        self._watch(True)
        warnings.filterwarnings("ignore", message=COMPILE_WARNING)

    def _watch(self, on: bool) -> None:
        if on and self._forward_hook is None:
            session, compiling = self._session, self._torch.compiler.is_compiling

            def after_forward(module: Any, arguments: Any, output: Any) -> None:
                if not compiling():
                    session.forward_done(module, arguments, output)

            register = self._torch.nn.modules.module.register_module_forward_hook
            self._forward_hook = register(after_forward, always_call=True)
        elif not on and self._forward_hook is not None and not self._compiled:
            self._forward_hook.remove()
            self._forward_hook = None

    # ---- wrappers ----

    def _wrap(self, owner: Any, name: str, make: Callable[[Any], Callable[..., Any]]) -> None:
        """Replace `owner.name` by what `make` makes of it, where there is one."""
        original = vars(owner).get(name)
        if not isinstance(original, types.FunctionType):
            return
        made = make(original)
        assert isinstance(made, types.FunctionType)
        wrapper = types.FunctionType(
            made.__code__, original.__globals__, original.__name__, made.__defaults__, made.__closure__
        )
        wrapper.__kwdefaults__ = made.__kwdefaults__
        functools.update_wrapper(wrapper, original)
        setattr(wrapper, MARK, self._session)
        setattr(owner, name, wrapper)
        self._undo.append(lambda: setattr(owner, name, original))

    def _training_calls(self) -> None:
        torch, session, compiling = self._torch, self._session, self._torch.compiler.is_compiling
        inside = [False]

        def backward(original: Any) -> Callable[..., Any]:
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                if compiling() or inside[0]:
                    return original(*args, **kwargs)
                session.backward(args[0] if args else kwargs.get("tensors"))
                inside[0] = True
                try:
                    return original(*args, **kwargs)
                finally:
                    inside[0] = False

            return wrapper

        def train(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, mode: bool = True) -> Any:
                if compiling() or inside_train[0] or not session.alive:
                    return original(self, mode)
                if mode and session.keeps_eval(self):
                    return self
                changed = self.training is not mode
                inside_train[0] = True
                try:
                    return original(self, mode)
                finally:
                    inside_train[0] = False
                    session.mode(self, mode, changed)

            return wrapper

        inside_train = [False]
        self._wrap(torch.autograd, "backward", backward)
        self._wrap(torch.nn.Module, "train", train)

    def _optimizer_calls(self) -> None:
        torch, session, compiling = self._torch, self._session, self._torch.compiler.is_compiling

        def zero_grad(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                if compiling() or not session.alive:
                    return original(self, *args, **kwargs)
                if session.treatments.skip_zero_grad:
                    return None
                session.called("z", "zero_grad")
                return original(self, *args, **kwargs)

            return wrapper

        def made(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> None:
                original(self, *args, **kwargs)
                session.optimizer_made(self)

            return wrapper

        self._wrap(torch.optim.Optimizer, "__init__", made)
        self._wrap(torch.optim.Optimizer, "zero_grad", zero_grad)
        self._wrap(torch.nn.Module, "zero_grad", zero_grad)
        nested = [0]

        def scheduler_step(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                if not nested[0] and vars(self).get("_step_count") != 0:
                    session.called("l", "scheduler")
                nested[0] += 1
                try:
                    return original(self, *args, **kwargs)
                finally:
                    nested[0] -= 1

            return wrapper

        for kind in list(vars(torch.optim.lr_scheduler).values()):
            if isinstance(kind, type) and hasattr(kind, "state_dict"):
                self._wrap(kind, "step", scheduler_step)

    def _loss_calls(self) -> None:
        torch, session, compiling = self._torch, self._session, self._torch.compiler.is_compiling
        treat = session.treatments.scores

        def loss(name: str) -> Callable[[Any], Callable[..., Any]]:
            def make(original: Any) -> Callable[..., Any]:
                def wrapper(*args: Any, **kwargs: Any) -> Any:
                    if compiling() or not session.alive:
                        return original(*args, **kwargs)
                    scores = args[0] if args else kwargs.pop("input")
                    target = args[1] if len(args) > 1 else kwargs["target"]
                    if name == "cross_entropy":
                        scores = treat(scores)
                    value = original(scores, *args[1:], **kwargs)
                    session.loss_called(name, scores, target, value)
                    return value

                return wrapper

            return make

        for name in WATCHED:
            self._wrap(torch.nn.functional, name, loss(name))
        assert set(CLASS_SCORES) <= set(WATCHED)
        relu = session.treatments.relu()
        if relu is not None:
            for owner, name in (
                (torch.nn.functional, "relu"),
                (torch, "relu"),
                (torch.Tensor, "relu"),
            ):
                self._replace(owner, name, relu)
            in_place = functools.partial(relu, inplace=True)
            for owner, name in ((torch.nn.functional, "relu_"), (torch, "relu_")):
                self._replace(owner, name, in_place)
            self._replace(torch.Tensor, "relu_", lambda self: relu(self, True))

    def _replace(self, owner: Any, name: str, value: Any) -> None:
        own = name in vars(owner)
        original = getattr(owner, name)
        setattr(owner, name, value)
        self._undo.append((lambda: setattr(owner, name, original)) if own else (lambda: delattr(owner, name)))

    def _scaler_calls(self) -> None:
        torch, session = self._torch, self._session
        scaler = getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler

        def scale(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, outputs: Any) -> Any:
                result = original(self, outputs)
                if result is not outputs:
                    session.scaled(outputs, result)
                return result

            return wrapper

        def unscale(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                if self.is_enabled():
                    session.called("u", "unscale")
                return original(self, *args, **kwargs)

            return wrapper

        def step(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
                before = session.steps_taken
                result = original(self, *args, **kwargs)
                if session.steps_taken == before:
                    session.skipped()
                return result

            return wrapper

        self._wrap(scaler, "scale", scale)
        self._wrap(scaler, "unscale_", unscale)
        self._wrap(scaler, "step", step)

    def _other_calls(self) -> None:
        torch, session = self._torch, self._session
        clock, gradients = time.perf_counter, torch.is_grad_enabled

        def next_batch(original: Any) -> Callable[..., Any]:
            def wrapper(self: Any) -> Any:
                if not gradients():
                    return original(self)
                started = clock()
                try:
                    return original(self)
                finally:
                    session.waited(clock() - started)

            return wrapper

        def clip(original: Any) -> Callable[..., Any]:
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                session.called("c", "clip")
                result = original(*args, **kwargs)
                limit = args[1] if len(args) > 1 else kwargs.get("max_norm", kwargs.get("clip_value"))
                session.clipped(limit, result)
                return result

            return wrapper

        def compiled(original: Any) -> Callable[..., Any]:
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                attachment._compiled = True
                attachment._watch(True)
                return original(*args, **kwargs)

            return wrapper

        attachment = self
        self._wrap(torch.utils.data.dataloader._BaseDataLoaderIter, "__next__", next_batch)
        for name in ("clip_grad_norm_", "clip_grad_value_"):
            self._wrap(torch.nn.utils.clip_grad, name, clip)
            original = getattr(torch.nn.utils, name)
            setattr(torch.nn.utils, name, getattr(torch.nn.utils.clip_grad, name))
            self._undo.append(functools.partial(setattr, torch.nn.utils, name, original))
        self._wrap(torch, "compile", compiled)


def _has_closure(arguments: Any, named: Any) -> bool:
    values = [*arguments[1:2], named.get("closure")]
    return any(callable(value) for value in values)
