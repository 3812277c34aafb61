"""The thread whose training is recorded: the first that trains. To read a gradient that autograd writes in another thread
at that moment ends the process."""

from __future__ import annotations

import sys
import threading
from threading import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

ANYWHERE = ("end", "raised", "adopt")
"""Moments that are told whichever thread they come from."""


class Bound:
    """`thread` is its number, 0 while none trains.

    A call of the model with gradients binds until a thread trains in earnest: a summary of the model, printed by the main
    thread, is no training. Where the thread has ended, the next that trains takes its place.
    """

    def __init__(self, torch: Any, seen: Observation) -> None:
        self.thread = 0
        self._torch, self._seen = torch, seen
        self._in_earnest = self.others = False
        self._changing = threading.Lock()

    @property
    def is_elsewhere(self) -> bool:
        """Whether this is a thread whose calls are not seen."""
        return self.thread not in (0, get_ident())

    def admits(self, moment: str, arguments: tuple[Any, ...]) -> bool:
        """Whether what another thread than `thread` calls is to be seen; it may make that thread the bound one.

        Runs beside the bound thread's own work: nothing that one iterates over changes its size here.
        """
        if moment in ANYWHERE:
            return True
        trains = moment in ("backward", "step_begins")
        if not (trains or (moment == "forward" and self._torch.is_grad_enabled())):
            return not self.thread
        if self._binds(trains):
            return True
        self.others |= trains
        if moment == "step_begins":
            self._seen.holdings.leave(arguments[0])
        return False

    def _binds(self, trains: bool) -> bool:
        if not self._changing.acquire(blocking=False):
            return False
        try:
            in_earnest = self._in_earnest or self._seen.saw_backward
            if self.thread and (not trains or (in_earnest and self.thread in sys._current_frames())):
                return False
            self.thread, self._in_earnest = get_ident(), trains
            self._seen.stepping = []  # of a thread that has ended in the middle of a step
            self._seen.roots.interrupt()
            self._seen.holdings.keep_of(self.thread)
            return True
        finally:
            self._changing.release()

    def say_others(self) -> None:
        """Write once that other threads train too."""
        if self.others and not self._seen.holdings.in_threads:
            self._seen.holdings.in_threads = True
            self._seen.journal.event("other_threads", self._seen.current.number)
