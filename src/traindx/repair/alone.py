"""Keeps a repair in place alone at its dataset, and whole where it is asked to stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from traindx.errors import TraindxError

STOPS = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that ask a program to stop: Ctrl-C, `kill`, a terminal that was closed."""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold the root's lock, which ends with the process and leaves no file. Raises `TraindxError` if another holds it.

    Where the system or the file system has no such locks, there is none.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TraindxError(
                f"another run is repairing {root}", "two at once would mix their changes", "wait for it"
            ) from error
        except OSError:
            pass  # no locks there, as on some network file systems
        yield
    finally:
        os.close(handle)


@contextmanager
def stops_held() -> Iterator[list[int]]:
    """The signals to stop that arrive while the block runs, in place of their effect: it looks and stops where it may."""
    arrived: list[int] = []
    known = [getattr(signal, name) for name in STOPS if hasattr(signal, name)]
    main = threading.current_thread() is threading.main_thread()
    asked = [n for n in known if main and signal.getsignal(n) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, lambda got, frame: arrived.append(got)) for number in asked}
    try:
        yield arrived
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
