"""The machine: what it offers, once, and what is used of it, at most once a second and ever more seldom."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from traindx.core import system
from traindx.core.cgroup import Group, own_group
from traindx.recorder import host
from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.step import Step

VARIABLES = (
    "OMP_",
    "MKL_",
    "KMP_",
    "OPENBLAS_",
    "CUDA_",
    "CUBLAS_",
    "NCCL_",
    "GLOO_",
    "PYTORCH_",
    "TORCH_",
    "TORCHELASTIC_",
)
NAMED = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "PYTHONHASHSEED", "OPENCV_NUM_THREADS")
LONGEST = 200
MOST_VARIABLES = 64
LIBRARIES = (
    *("numpy", "torchvision", "cv2", "PIL", "albumentations", "kornia", "ultralytics", "timm", "lightning"),
    *("pytorch_lightning", "transformers", "accelerate", "datasets", "torchmetrics", "pycocotools", "mmdet", "mmcv"),
)
EVERY = 1.0
SHARE = 1 / 1000
"""A sample each second, and after a thousand seconds each thousandth of the time so far: some 7,000 in three days."""


class Machine(Probe):
    """Writes one `machine` line when training begins and `resources` lines while it runs."""

    on_recorded = ("forward",)

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._group: Group | None = None
        self._next = 0.0
        self._heap_next = 0.0

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The first time, what the machine offers."""
        if self._group is None:
            self._group = own_group()
            self.seen.journal.write(facts(self.seen, self._group))

    def passed(self, step: Step) -> None:
        """What is used now, if the last look is long enough ago."""
        self._look(step.number)

    def batch(self, loader: Any, batch: Any) -> None:
        """The same during validation, where there are no steps."""
        self._look(self.seen.now_at)

    def end(self) -> None:
        """What was used last."""
        self._next = 0.0
        if self.seen.journal.is_open:
            self._look(self.seen.now_at)

    def _look(self, step: int) -> None:
        now = self.seen.journal.now
        if now < self._next or self._group is None:
            return
        self._next = now + max(EVERY, now * SHARE)
        line = {"kind": "resources", "step": step, "time": round(now, 3)}
        used = {**host.sample(self.seen.journal.folder, self._group), **self._heap(now), **device(self.seen.torch)}
        self.seen.journal.write({**line, **used})

    def _heap(self, now: float) -> dict[str, int]:
        """What the C heap keeps free; it walks through all gaps, and may cost a thousandth of the time."""
        if now < self._heap_next:
            return {}
        begun = time.perf_counter()
        free = host.heap_free()
        self._heap_next = now + 1000 * (time.perf_counter() - begun)
        return {"heap_free": free} if free is not None else {}


def device(torch: Any) -> dict[str, int]:
    """Memory of the device in use, as torch's allocator counts it on the host: no call reaches the device."""
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        counts = torch.cuda.memory_stats()
        names = {
            "allocated": "allocated_bytes.all.current",
            "allocated_peak": "allocated_bytes.all.peak",
            "reserved": "reserved_bytes.all.current",
            "reserved_peak": "reserved_bytes.all.peak",
            "retries": "num_alloc_retries",
            "ooms": "num_ooms",
        }
        return {name: int(counts[key]) for name, key in names.items() if key in counts}
    mps = getattr(torch, "mps", None)
    if mps is not None and torch.backends.mps.is_available():
        return {"allocated": int(mps.current_allocated_memory()), "reserved": int(mps.driver_allocated_memory())}
    return {}


def facts(seen: Observation, group: Group) -> dict[str, Any]:
    """The `machine` line: processors, memory, limits, versions of libraries that are imported, variables that matter."""
    torch, memory, folder = seen.torch, system.meminfo(), seen.journal.folder
    shared, disk = system.free(system.SHARED_MEMORY) if system.SHARED_MEMORY.is_dir() else None, system.free(folder)
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return {
        "kind": "machine",
        "platform": sys.platform,
        "processors": os.cpu_count(),
        "affinity": affinity,
        "processor_quota": group.processors,
        "memory": memory.get("MemTotal"),
        "memory_limit": group.memory,
        "swap": memory.get("SwapTotal"),
        "shm": shared[1] if shared else None,
        "disk": disk[1] if disk else None,
        "limits": system.limits(),
        "device_memory": _device_memory(torch),
        "threads": torch.get_num_threads(),
        "cuda": torch.version.cuda,
        "versions": _versions(),
        "environment": _variables(),
    }


def _device_memory(torch: Any) -> int | None:
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        return int(torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory)
    return None


def _versions() -> dict[str, str]:
    found = {
        name: vars(sys.modules[name]).get("__version__") for name in LIBRARIES if sys.modules.get(name) is not None
    }
    return {name: version[:LONGEST] for name, version in found.items() if isinstance(version, str)}


def _variables() -> dict[str, str]:
    """None of these holds a secret; each is cut to 200 characters."""
    names = sorted(name for name in os.environ if name.startswith(VARIABLES) or name in NAMED)
    return {name: os.environ[name][:LONGEST] for name in names[:MOST_VARIABLES]}
