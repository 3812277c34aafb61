"""Calls of `torch.distributed` that all ranks have to make alike, counted by name. None is ever made by the recorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.probe import Arguments, Named, Patch, Probe

MODULE = "torch.distributed.distributed_c10d"
NAMES = (
    *("all_reduce", "reduce", "broadcast", "barrier", "monitored_barrier", "gather", "scatter", "send", "recv"),
    *("all_gather", "all_gather_into_tensor", "all_gather_object", "reduce_scatter", "reduce_scatter_tensor"),
    *("all_to_all", "all_to_all_single", "broadcast_object_list", "gather_object", "scatter_object_list", "new_group"),
)
"""Those of DDP's gradients and buffers are made in C++ and not seen; FSDP2's are seen."""


class Collectives(Probe):
    """Writes `collectives` {name: calls} into the step, and a `source` line where each was first called.

    One that is made inside another (`all_gather` inside `all_gather_object`) is counted too.
    """

    patches = tuple(Patch(MODULE, name, before=f"called_{name}") for name in NAMES)

    def __getattr__(self, method: str) -> Callable[[Arguments, Named], None]:
        """`called_NAME` for each of the names."""
        if not method.startswith("called_"):
            raise AttributeError(method)
        return lambda arguments, named: self._count(method.removeprefix("called_"))

    def _count(self, name: str) -> None:
        details: dict[str, Any] = self.seen.current.details
        counts = details.setdefault("collectives", {})
        counts[name] = counts.get(name, 0) + 1
        self.seen.source(name)
