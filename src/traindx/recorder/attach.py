"""Attaches a session to torch: public hooks where there are any, thin wrappers where there are none; takes all off again."""

from __future__ import annotations

import functools
import importlib
import linecache
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.loss_names import LOSSES
from traindx.recorder import wrappers
from traindx.recorder.imports import Watch
from traindx.recorder.probe import Patch, Probe
from traindx.recorder.probes import kinds
from traindx.recorder.probes.printed import Printed
from traindx.recorder.root_calls import RootCalls
from traindx.recorder.session import Session

MARK = "__traindx_session__"
UNSEEN = " importlib._bootstrap"
"""Behind the file name of the wrappers: `warnings` leaves frames whose file is named so out of its stack levels, and a
warning of torch names the line of the user's code that it named before."""

HOOK_SECONDS = 2e-6
"""What torch takes for one module's call more where a hook is on all modules: a guess, as the recorder cannot time it; it
adds it to its own account."""


def attached_session(torch: Any) -> Session | None:
    """The session that is attached to torch in this process, if any. A wrapper that somebody else has put around ours bears its
    mark too, and may stay when the session is over."""
    session: Session | None = getattr(torch.autograd.backward, MARK, None)
    return session if session is not None and session.alive else None


class Attachment:
    """All that was changed in torch for a session. `detach` undoes it, in reverse."""

    def __init__(self, torch: Any, session: Session) -> None:
        self._torch, self._session = torch, session
        self._undo: list[Callable[[], None]] = []
        self._module_hook: Any = None
        self._forward_hook: Any = None
        self._compiled = False
        self._root_calls = RootCalls(torch, _hidden(wrappers.root_called(torch, session, self.detach)))
        session.watch = self._watch
        try:
            self._hooks()
            self._wrappers()
        except Exception:
            self.detach()
            raise

    def detach(self) -> None:
        """Take every hook and wrapper off."""
        self._session.alive = False
        while self._undo:
            self._undo.pop()()
        self._root_calls.clear()
        for hook in (self._module_hook, self._forward_hook):
            if hook is not None:
                hook.remove()
        self._module_hook = self._forward_hook = None

    def _hooks(self) -> None:
        session, compiling = self._session, wrappers.is_compiled(self._torch)

        def before_step(optimizer: Any, arguments: Any, named: Any) -> None:
            if not compiling():
                session.step_begins(optimizer, (len(arguments) > 1 or bool(named)) and _has_closure(arguments, named))

        def after_step(optimizer: Any, arguments: Any, named: Any) -> None:
            if not compiling():
                session.step_ends(optimizer, (len(arguments) > 1 or bool(named)) and _has_closure(arguments, named))

        module, optimizer = self._torch.nn.modules.module, importlib.import_module("torch.optim.optimizer")
        self._undo += [
            optimizer.register_optimizer_step_pre_hook(before_step).remove,
            optimizer.register_optimizer_step_post_hook(after_step).remove,
        ]
        self._watch(True)
        if hasattr(module, "_has_any_global_hook"):
            # by this torch.compile decides whether to warn of hooks that fire twice: ours return at once in its code
            self._replace(module, "_has_any_global_hook", lambda: self._others_hooked(module))

    def _others_hooked(self, module: Any) -> bool:
        """Whether anybody else has hooks on all modules."""
        own = {handle.id for handle in (self._module_hook, self._forward_hook) if handle is not None}
        kinds = ("forward_hooks", "forward_pre_hooks", "backward_hooks", "backward_pre_hooks")
        return any(set(getattr(module, f"_global_{kind}")) - own for kind in kinds)

    def _watch(self, on: bool) -> None:
        """Switch what sees the calls of modules to what is needed now: `on` means every layer's output too."""
        roots = self._session.seen.roots
        if not (on or roots.searching or self._module_hook or self._forward_hook):
            return
        self._compiled |= any(kind.__name__ == "OptimizedModule" for kind in roots.types)
        if roots.searching or self._compiled or not self._root_calls.only(roots.types):
            self._root_calls.clear()
            self._see_all_calls()
        elif self._module_hook is not None:
            self._module_hook.remove()
            self._module_hook = None
        self._see_outputs(on)

    def _see_all_calls(self) -> None:
        """Put the hook on all modules: while the root is sought, and under torch.compile, as each change recompiles."""
        if self._module_hook is not None:
            return
        session, compiling = self._session, wrappers.is_compiled(self._torch)

        def before_forward(module: Any, arguments: Any) -> Any:
            if compiling():
                return None
            if not session.alive:
                self.detach()  # not earlier: torch does not let an optimizer's hook take itself off
                return None
            roots = session.seen.roots
            if roots.searching or module is roots.root or type(module) is roots.core_type:
                return session.forward(module, arguments, _named)
            return None

        self._module_hook = self._torch.nn.modules.module.register_module_forward_pre_hook(before_forward)

    def _see_outputs(self, on: bool) -> None:
        """Switch the hook that sees every layer's output; under torch.compile it stays."""
        if on and self._forward_hook is None:
            session, compiling = self._session, wrappers.is_compiled(self._torch)

            def after_forward(module: Any, arguments: Any, output: Any) -> None:
                if not compiling():
                    session.cost += HOOK_SECONDS
                    session.forward_done(module, arguments, output)

            register = self._torch.nn.modules.module.register_module_forward_hook
            self._forward_hook = register(after_forward, always_call=True)
        elif not on and self._forward_hook is not None and not self._compiled:
            self._forward_hook.remove()
            self._forward_hook = None

    def _stay(self) -> None:
        self._compiled = True
        self._watch(True)

    def _wrappers(self) -> None:
        torch, session = self._torch, self._session
        functional, scaler = torch.nn.functional, getattr(torch.amp, "GradScaler", None) or torch.cuda.amp.GradScaler
        self._wrap(torch.autograd, "backward", wrappers.backward(torch, session))
        self._wrap(torch.nn.Module, "train", wrappers.train(torch, session))
        self._wrap(torch.nn.Module, "zero_grad", wrappers.zero_grad(torch, session))
        self._wrap(torch.optim.Optimizer, "zero_grad", wrappers.zero_grad(torch, session))
        self._wrap(torch.optim.Optimizer, "__init__", wrappers.optimizer_made(session))
        scheduler_step = wrappers.scheduler_step(session)
        for kind in list(vars(torch.optim.lr_scheduler).values()):
            if isinstance(kind, type) and hasattr(kind, "state_dict"):
                self._wrap(kind, "step", scheduler_step)
        for name in LOSSES:
            self._wrap(functional, name, wrappers.loss(torch, session, name))
        self._wrap(scaler, "scale", wrappers.scale(session))
        self._wrap(scaler, "unscale_", wrappers.unscale(session))
        self._wrap(torch.utils.data.dataloader._BaseDataLoaderIter, "__next__", wrappers.next_batch(torch, session))
        self._wrap(torch, "compile", wrappers.compile_called(self._stay))
        for name in ("stdout", "stderr"):
            self._hear(name, getattr(sys, name))
        for probe in kinds():
            for patch in probe.patches:
                self._undo.append(Watch(patch.module, functools.partial(self._patch, probe, patch)).stop)
        for change, make in session.treatments.changes():
            self._undo.append(Watch(change.module, functools.partial(self._change, change.path, make)).stop)

    def _hear(self, name: str, stream: Any) -> None:
        """Have the session told of what is written to a stream. `print` itself stays as it is: torch.compile knows it."""
        write, session = getattr(stream, "write", None), self._session
        if not callable(write) or not hasattr(stream, "__dict__"):
            return

        def heard(*args: Any, **kwargs: Any) -> Any:
            written = write(*args, **kwargs)
            if session.alive and args and isinstance(args[0], str):
                session.call(Printed, "written", (name, args[0]), {})
            return written

        self._replace(stream, "write", heard)

    def _patch(self, kind: type[Probe], patch: Patch, module: Any) -> None:
        """Wrap what a patch names, also where its package or another loaded module has taken the function in."""
        owner, _, name = patch.path.rpartition(".")
        holder = (
            functools.reduce(lambda of, part: getattr(of, part, None), owner.split("."), module) if owner else module
        )
        if not self._session.alive or holder is None or name not in vars(holder):
            return
        original = vars(holder)[name]
        self._wrap(holder, name, wrappers.watched(self._torch, self._session, kind, patch))
        package = sys.modules.get(patch.module.rpartition(".")[0])
        if not owner and package is not None and vars(package).get(name) is original:
            self._replace(package, name, vars(holder)[name])

    def _change(self, path: str, make: Callable[[Any], Callable[..., Any]], module: Any) -> None:
        """Replace what a treatment changes, by what is outside of the recorder's own wrapper: it sees the treated call."""
        owner, _, name = path.rpartition(".")
        holder = module
        for part in filter(None, owner.split(".")):
            holder = getattr(holder, part, None)
        original = getattr(holder, name, None)
        if not self._session.alive or original is None:
            return
        replacement = make(original)
        functools.update_wrapper(replacement, original, updated=())
        self._replace(holder, name, replacement)
        package = sys.modules.get(module.__name__.rpartition(".")[0])
        if not owner and package is not None and vars(package).get(name) is original:
            self._replace(package, name, replacement)

    def _wrap(self, owner: Any, name: str, make: Callable[[Any], Callable[..., Any]]) -> None:
        """Replace `owner.name` by what `make` makes of it, where `owner` itself defines it.

        The wrapper gets the original's name, signature and globals, so that `torch.jit`, pickle and warnings see
        what they saw before; therefore it may use no globals of its own, only what it encloses.
        """
        original = vars(owner).get(name)
        if not isinstance(original, types.FunctionType):
            return
        wrapper = _hidden(make(original), original)
        functools.update_wrapper(wrapper, original)
        setattr(wrapper, MARK, self._session)
        self._replace(owner, name, wrapper)

    def _replace(self, owner: Any, name: str, value: Any) -> None:
        """Put `value` there until `detach`, which leaves alone what somebody else has put in its place since."""
        own, original = name in vars(owner), getattr(owner, name)
        setattr(owner, name, value)

        def undo() -> None:
            if vars(owner).get(name) is not value:
                return
            if own:
                setattr(owner, name, original)
            else:
                delattr(owner, name)

        self._undo.append(undo)


def _hidden(made: Any, original: Any = None) -> Any:
    """A wrapper of which warnings and tracebacks show no line, with the globals, name and defaults that it should have."""
    code = made.__code__.replace(co_filename=made.__code__.co_filename + UNSEEN)
    linecache.cache[code.co_filename] = (0, None, [], code.co_filename)  # else tracebacks show a line of another file
    like = made if original is None else original
    wrapper = types.FunctionType(code, like.__globals__, like.__name__, None, made.__closure__)
    wrapper.__defaults__, wrapper.__kwdefaults__ = made.__defaults__, made.__kwdefaults__
    return wrapper


def _named() -> Mapping[str, Any]:
    """The keyword arguments of the module call whose hook is running: a hook on all modules is not given them."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name == "_call_impl":
            found = frame.f_locals.get("kwargs")
            return found if isinstance(found, Mapping) else {}
        frame = frame.f_back
    return {}


def _has_closure(arguments: Any, named: Any) -> bool:
    return callable(arguments[1] if len(arguments) > 1 else named.get("closure"))
