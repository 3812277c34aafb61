"""The probes, one file each; a new file here is all that a new probe needs."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from traindx.recorder.guard import comes_from_a_signal
from traindx.recorder.probe import Probe

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

Told: TypeAlias = list[tuple[type[Probe], Callable[..., None]]]
NO_MOMENTS = ("__init__", "contained", "rest", "wake", "leave")


def kinds() -> tuple[type[Probe], ...]:
    """Every class of probes in this package that can be imported here, in the order of the files."""
    return _imported()[0]


@lru_cache(maxsize=1)
def _imported() -> tuple[tuple[type[Probe], ...], tuple[tuple[str, Exception], ...]]:
    """The classes, and the files that cannot be imported with the reason: where a training's environment has no numpy."""
    found: list[type[Probe]] = []
    missing: list[tuple[str, Exception]] = []
    for info in pkgutil.iter_modules(__path__, __name__ + "."):
        try:
            values = vars(importlib.import_module(info.name)).values()
        except Exception as error:
            missing.append((info.name, error))
            continue
        found += [v for v in values if isinstance(v, type) and issubclass(v, Probe) and v.__module__ == info.name]
    return tuple(found), tuple(missing)


MOMENTS = tuple(name for name, value in vars(Probe).items() if callable(value) and name not in NO_MOMENTS)


class Probes:
    """The probes of one process. One that fails is dropped, and the recording says so.

    `awake`: the moments of which any probe is told on steps that are not recorded. Which those are is known beforehand, so that
    nobody is called, or looped over, who has nothing to do there.
    """

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self._all: dict[type[Probe], Probe] = {}
        self._resting: dict[type[Probe], set[str]] = {}
        self._left: dict[type[Probe], set[str]] = {}
        self._full: dict[str, Told] = {}
        self._light: dict[str, Told] = {}
        self._alarms: dict[tuple[type[Probe], str], int] = {}
        self.awake: set[str] = set()
        self.next_alarm = math.inf
        for kind in kinds():
            self._resting[kind], self._left[kind] = set(kind.on_recorded), set()
            try:
                self._all[kind] = kind(seen)
            except Exception as error:
                self._failed(kind, error)
        for module, why in _imported()[1]:
            self._say(module, why)
        self._name(MOMENTS)

    def tell(self, moment: str, *arguments: Any) -> None:
        """Tell a moment to the probes that name it."""
        for kind, method in (self._full if self._seen.current.recorded else self._light)[moment]:
            try:
                method(*arguments)
            except OSError:  # a full disk, a folder that is gone: the recorder as a whole says so
                raise
            except Exception as error:
                if comes_from_a_signal(error):
                    raise
                self._failed(kind, error)

    def rest(self, kind: type[Probe], moments: Sequence[str], until: int | None = None) -> None:
        """Tell a probe of these moments on recorded steps only, until a step if one is given, else until `wake`."""
        if until is not None:
            self._alarms |= {(kind, moment): until for moment in moments}
            self.next_alarm = min(self._alarms.values())
        if not self._resting[kind].issuperset(moments):
            self._resting[kind].update(moments)
            self._name(moments)

    def wake(self, kind: type[Probe], moments: Sequence[str]) -> None:
        """Tell a probe of these moments on all steps."""
        if not self._resting[kind].isdisjoint(moments):
            self._resting[kind].difference_update(moments)
            self._name(moments)

    def leave(self, kind: type[Probe], moments: Sequence[str]) -> None:
        """Tell a probe of these moments no more."""
        self._left[kind].update(moments)
        self._name(moments)

    def wake_due(self, step: int) -> None:
        """A step begins: wake those that rest until then."""
        due = [key for key, at in self._alarms.items() if at <= step]
        for kind, moment in due:
            del self._alarms[kind, moment]
            self.wake(kind, (moment,))
        self.next_alarm = min(self._alarms.values(), default=math.inf)

    def _name(self, moments: Sequence[str]) -> None:
        """Gather whom to tell of these moments. What is being told is left as it is: these are new lists."""
        for moment in moments:
            empty = getattr(Probe, moment)
            full = [
                (kind, getattr(probe, moment))
                for kind, probe in self._all.items()
                if getattr(kind, moment) is not empty and moment not in self._left[kind]
            ]
            light = [(kind, method) for kind, method in full if moment not in self._resting[kind]]
            self._full[moment], self._light[moment] = full, light
            (self.awake.add if light else self.awake.discard)(moment)

    def call(self, kind: type[Probe], method: str, *arguments: Any) -> None:
        """Call a method of one probe: what its patch names."""
        if kind in self._all:
            self._call(kind, getattr(self._all[kind], method), arguments)

    def run(self, kind: type[Probe], function: Callable[..., None], *arguments: Any) -> None:
        """Call a function on behalf of one probe, if that has not failed: see `Probe.contained`."""
        if kind in self._all:
            self._call(kind, function, arguments)

    def _call(self, kind: type[Probe], method: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        try:
            method(*arguments)
        except OSError:  # a full disk, a folder that is gone: the recorder as a whole says so
            raise
        except Exception as error:
            if comes_from_a_signal(error):
                raise
            self._failed(kind, error)

    def _failed(self, kind: type[Probe], error: Exception) -> None:
        self._all.pop(kind, None)
        self._name(MOMENTS)
        self._say(kind.__module__, error)

    def _say(self, module: str, error: Exception) -> None:
        name = module.rpartition(".")[2]
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        self._seen.journal.event("probe_failed", self._seen.now_at, probe=name, reason=reason)
