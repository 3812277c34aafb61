"""Lets a recorded process answer, when it is asked by a signal, where each of its threads stands."""

from __future__ import annotations

import faulthandler
import os
import signal
from pathlib import Path

DUMP = "stacks.txt"
"""File in the recording's folder into which a process writes its stacks when it is asked to."""


def asking_signal() -> int | None:
    """The signal that asks for stacks: a real-time one that nothing uses by default; None where the system has none."""
    last = getattr(signal, "SIGRTMAX", None)
    return None if last is None else int(last) - 3


def answer_with_stacks(folder: Path) -> bool:
    """Have the system's signal handler write the stacks into `folder`, also where Python itself is stuck.

    False, and nothing is done, where somebody handles the signal already. Processes made by fork inherit it.
    """
    number = asking_signal()
    if number is None or signal.getsignal(number) is not signal.SIG_DFL:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / DUMP, os.O_CREAT | os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o644)
    faulthandler.register(number, file=descriptor, all_threads=True, chain=False)
    return True


def stop_answering() -> None:
    """Answer no more: the descriptor of the file of stacks may be another file's."""
    number = asking_signal()
    if number is not None:
        faulthandler.unregister(number)
