"""Calls of `torch.distributed` that all ranks have to make alike, counted by name. None is ever made by the recorder."""

from __future__ import annotations

from collections.abc import Callable

from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Patch, Probe
from traindx.recorder.step import Step

MODULE = "torch.distributed.distributed_c10d"
NAMES = (
    *("all_reduce", "reduce", "broadcast", "barrier", "monitored_barrier", "gather", "scatter", "send", "recv"),
    *("all_gather", "all_gather_into_tensor", "all_gather_single", "all_gather_object"),
    *("reduce_scatter", "reduce_scatter_tensor", "reduce_scatter_single", "all_reduce_coalesced"),
    *("all_to_all", "all_to_all_single", "broadcast_object_list", "gather_object", "scatter_object_list", "new_group"),
)
"""Those of DDP's gradients and buffers are made in C++ and not seen; FSDP2's are seen."""


class Collectives(Probe):
    """Writes `collectives` {name: calls so far} into steps during which any was made, and a `source` line for each name.

    One that is made inside another (`all_gather` inside `all_gather_object`) is counted too.
    """

    on_recorded = ("closed",)
    patches = tuple(Patch(MODULE, name, before=f"called_{name}") for name in NAMES)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._counts: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def __getattr__(self, method: str) -> Callable[[Arguments, Named], None]:
        """`called_NAME` for each of the names."""
        if not method.startswith("called_"):
            raise AttributeError(method)
        return lambda arguments, named: self._count(method.removeprefix("called_"))

    def _count(self, name: str) -> None:
        self._counts[name] = self._counts.get(name, 0) + 1
        self.wake("closed")
        self.seen.source(name)

    def closed(self, step: Step) -> None:
        """Tell the counts where they changed."""
        if self._counts != self._told:
            self._told = step.details["collectives"] = dict(self._counts)
