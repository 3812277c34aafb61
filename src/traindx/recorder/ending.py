"""How a recorded process ends: an exception that nobody catches, the interpreter's exit, a fork, a limit of steps."""

from __future__ import annotations

import atexit
import functools
import multiprocessing
import os
import sys
import weakref
from collections.abc import Callable
from multiprocessing.util import Finalize, register_after_fork
from types import TracebackType
from typing import Any, NoReturn

from traindx.recorder.session import Session
from traindx.recorder.source import Frames


def watch_endings(session: Session, *, always: bool) -> Callable[[], None]:
    """Have the session told of exceptions, exit and forks; returns the function that undoes it.

    `always`: record an exception even if no training was seen, as this is the process that the user started.
    """
    chained, leave = sys.excepthook, sys.exit
    told = [False]

    def excepthook(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        told[0] = True
        session.raised(error, always)
        _without_own_frames(error, session.frames)
        chained(kind, error, error.__traceback__)

    @functools.wraps(leave)  # with its name it is pickled as what it stands for
    def exit_(*arguments: Any) -> NoReturn:
        status = arguments[0] if arguments else None
        error = None if status is None or (type(status) is int and status == 0) else sys.exc_info()[1]
        if error is not None and not isinstance(error, SystemExit) and not told[0]:
            told[0] = (
                True  # caught by Hydra, by a spawned worker of torch, by a script's own try: this is all that is left
            )
            session.raised(error, always)
        leave(*arguments)

    def at_exit() -> None:
        last = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
        if isinstance(last, BaseException) and not told[0]:  # somebody put another excepthook in place of ours
            session.raised(last, always)
        session.end()

    here = weakref.ref(session)

    def in_child() -> None:
        recording = here()
        if recording is not None and recording.alive:
            recording.forked()

    sys.excepthook, sys.exit = excepthook, exit_
    atexit.register(at_exit)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)
    # processes of multiprocessing end without atexit, and forget finalizers made before they began
    register_after_fork(session, lambda child: Finalize(None, child.end, exitpriority=0))
    session.leave = _leave

    def undo() -> None:
        atexit.unregister(at_exit)
        if sys.excepthook is excepthook:
            sys.excepthook = chained
        if sys.exit is exit_:
            sys.exit = leave

    return undo


def _leave() -> None:
    """End the process now, with success: its steps are done. Loader workers are ended first, as nobody else would."""
    for child in multiprocessing.active_children():
        child.terminate()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _without_own_frames(error: BaseException, frames: Frames) -> None:
    """Take the recorder's wrappers out of a traceback, so that the user reads the one of an unrecorded run."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            current.__traceback__ = _filtered(current.__traceback__, frames)
            pending += [current.__cause__, current.__context__]


def _is_ours(traceback: TracebackType, frames: Frames) -> bool:
    """Whether a frame is the recorder's, or the one that torch adds to a module's call where a hook is to be called after it."""
    code = traceback.tb_frame.f_code
    if code.co_filename.startswith(frames.own):
        return True
    return code.co_name == "inner" and code.co_filename == os.path.join(frames.torch, "nn", "modules", "module.py")  # noqa: PTH118


def _filtered(traceback: TracebackType | None, frames: Frames) -> TracebackType | None:
    kept = []
    while traceback is not None:
        if not _is_ours(traceback, frames):
            kept.append(traceback)
        traceback = traceback.tb_next
    result: TracebackType | None = None
    for part in reversed(kept):
        result = TracebackType(result, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return result
