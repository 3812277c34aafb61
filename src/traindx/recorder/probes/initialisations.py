"""Which call of `torch.nn.init`, from which line of the user's code, gave the trained parameters their first values."""

from __future__ import annotations

import weakref
from functools import partialmethod
from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.step import Step

FUNCTIONS = (
    *("uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_"),
    *("xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_"),
)
MOST_CALLS = 4000
"""Calls whose line is sought: it takes some microseconds."""
MOST_NAMES = 1000


class Initialisations(Probe):
    """Writes one line `initialised` at the end of the first step: `calls` of functions of `torch.nn.init`, each with its name,
    `numbers` (its arguments), path and line of the user's own code (where a layer initialises itself, the line that constructs
    it), and the `parameters` of the trained model of which it was the last such call.
    """

    on_recorded = ("closed",)
    patches = tuple(Patch("torch.nn.init", name, after=f"of_{name}") for name in FUNCTIONS)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._by_tensor: dict[int, tuple[weakref.ref[Any], tuple[Any, ...]]] = {}
        self._calls = 0
        self._written = False

    def _called(self, name: str, arguments: Arguments, named: Named, result: Any) -> None:
        if self._written or self._calls >= MOST_CALLS or type(result) is not self.seen.torch.nn.Parameter:
            return
        self._calls += 1
        numbers = [f"{v:g}" for v in arguments[1:] if type(v) in (int, float)]
        numbers += [f"{key}={v:g}" for key, v in named.items() if type(v) in (int, float)]
        self._by_tensor[id(result)] = weakref.ref(result), (name, ", ".join(numbers), self.seen.frames.caller())

    of_uniform_ = partialmethod(_called, "uniform_")
    of_normal_ = partialmethod(_called, "normal_")
    of_trunc_normal_ = partialmethod(_called, "trunc_normal_")
    of_constant_ = partialmethod(_called, "constant_")
    of_ones_ = partialmethod(_called, "ones_")
    of_zeros_ = partialmethod(_called, "zeros_")
    of_xavier_uniform_ = partialmethod(_called, "xavier_uniform_")
    of_xavier_normal_ = partialmethod(_called, "xavier_normal_")
    of_kaiming_uniform_ = partialmethod(_called, "kaiming_uniform_")
    of_kaiming_normal_ = partialmethod(_called, "kaiming_normal_")
    of_orthogonal_ = partialmethod(_called, "orthogonal_")

    def closed(self, step: Step) -> None:
        """The first step is over: it is known what is trained."""
        root = self.seen.roots.root
        if self._written or root is None:
            return
        self._written, known, self._by_tensor = True, self._by_tensor, {}
        grouped: dict[tuple[Any, ...], list[str]] = {}
        for name, parameter in list(core_of(root).named_parameters())[:MOST_NAMES]:
            reference, call = known.get(id(parameter), (None, ()))
            if reference is not None and reference() is parameter:
                grouped.setdefault(call, []).append(name.replace("_orig_mod.", ""))
        calls = [
            {"call": call, "numbers": numbers, "parameters": names}
            | ({"path": place[0], "line": place[1]} if place else {})
            for (call, numbers, place), names in grouped.items()
        ]
        if calls:
            self.seen.journal.write({"kind": "initialised", "step": step.number, "calls": calls})
