"""Keeps the recorder's own failures from the training: an error detaches it, and its time is counted."""

from __future__ import annotations

import contextlib
import functools
import signal
import time
import types
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any, Protocol, TypeVar, cast

from traindx.recorder.bound import ANYWHERE, Bound

F = TypeVar("F", bound=Callable[..., Any])


class Guarded(Protocol):
    """What `guarded` needs of the object whose methods it guards."""

    torch: Any
    alive: bool
    busy: bool
    cost: float
    bound: Bound

    def fail(self, error: Exception) -> None:
        """Take note of an error of the recorder itself; must not raise."""


def guarded(method: F) -> F:
    """Run a method so that it can neither raise an error nor be entered from inside itself, nor by a thread whose training
    is not the recorded one, nor while torch traces (what Dynamo traces the wrappers see); None is returned instead.
    """
    name, clock = method.__name__, time.perf_counter
    anywhere = name in ANYWHERE

    @functools.wraps(method)
    def call(self: Guarded, *args: Any, **kwargs: Any) -> Any:
        if not self.alive or self.busy:
            return None
        if self.bound.thread != get_ident() and not self.bound.admits(name, args):
            return None
        core = self.torch._C
        if (core._is_tracing() or getattr(self.torch.compiler, "_is_compiling_flag", False)) and not anywhere:
            return None
        self.busy = True
        started = clock()
        try:
            with core.DisableTorchFunction():  # no mode or subclass of the user's sees what is done here
                if not core._len_torch_dispatch_stack():
                    return method(self, *args, **kwargs)
                with self.torch.utils._python_dispatch._disable_current_modes():
                    return method(self, *args, **kwargs)
        except Exception as error:
            if comes_from_a_signal(error):
                raise
            self.fail(error)
            return None
        finally:
            self.cost += clock() - started
            self.busy = False

    return cast(F, call)


@contextlib.contextmanager
def unseen_by_modes(torch: Any) -> Iterator[None]:
    """No mode or subclass of the user's sees what is done within: for hooks that autograd calls, which no guarded method does."""
    with torch._C.DisableTorchFunction():
        if not torch._C._len_torch_dispatch_stack():
            yield
            return
        with torch.utils._python_dispatch._disable_current_modes():
            yield


def comes_from_a_signal(error: BaseException) -> bool:
    """Whether the handler of a signal raised an error: a dead loader worker's or a time limit's, that happened to arrive
    while the recorder was at work. It is the training's, and has to reach it.
    """
    handlers = map(signal.getsignal, signal.valid_signals())
    codes = {handler.__code__ for handler in handlers if isinstance(handler, types.FunctionType)}
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code in codes:
            return True
        traceback = traceback.tb_next
    return False
