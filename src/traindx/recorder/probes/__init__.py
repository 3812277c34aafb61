"""The probes, one file each; a new file here is all that a new probe needs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from traindx.recorder.guard import comes_from_a_signal
from traindx.recorder.probe import Probe

if TYPE_CHECKING:
    from traindx.recorder.observation import Observation

Told: TypeAlias = list[tuple[type[Probe], Callable[..., None]]]


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


class Probes:
    """The probes of one process. One that fails is dropped, and the recording says so."""

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self._all: dict[type[Probe], Probe] = {}
        self._told: dict[tuple[str, bool], Told] = {}
        for kind in kinds():
            try:
                self._all[kind] = kind(seen)
            except Exception as error:
                self._failed(kind, error)
        for module, why in _imported()[1]:
            self._say(module, why)

    def tell(self, moment: str, *arguments: Any) -> None:
        """Tell a moment to the probes that name it."""
        recorded = self._seen.current.recorded
        told = self._told.get((moment, recorded))
        if told is None:
            told = self._told[moment, recorded] = self._named(moment, recorded)
        for kind, method in told:
            try:
                method(*arguments)
            except OSError:  # a full disk, a folder that is gone: the recorder as a whole says so
                raise
            except Exception as error:
                if comes_from_a_signal(error):
                    raise
                self._failed(kind, error)

    def _named(self, moment: str, recorded: bool) -> Told:
        named = [kind for kind in self._all if getattr(kind, moment) is not getattr(Probe, moment)]
        return [
            (kind, getattr(self._all[kind], moment)) for kind in named if recorded or moment not in kind.on_recorded
        ]

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
        self._told = {}
        self._say(kind.__module__, error)

    def _say(self, module: str, error: Exception) -> None:
        name = module.rpartition(".")[2]
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        self._seen.journal.event("probe_failed", self._seen.now_at, probe=name, reason=reason)
