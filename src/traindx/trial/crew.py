"""Runs several arms at a time on this machine: as many as its memory holds, one on each GPU."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import psutil

from traindx.trial.arms import Bench, Done, Order, Watch, run_arm

Engine: TypeAlias = Literal["local", "ray"]

HEADROOM = 1.3
"""An arm is given room for so many times the memory of the first control: treatments and other seeds may take more. A guess."""


@dataclass
class Crew:
    """Runs arms. `jobs` is how many at a time at most, `engine` where: on this machine, or on a Ray cluster."""

    bench: Bench
    jobs: int = 1
    engine: Engine = "local"
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    def room(self, memory: int) -> int:
        """How many arms run at a time, if each takes as much memory as one that took `memory` bytes at most."""
        if self.engine == "ray":
            return self.jobs
        held = max(1, int(psutil.virtual_memory().available / (HEADROOM * memory))) if memory else self.jobs
        gpus = visible_gpus()
        return min(self.jobs, held, len(gpus) or self.jobs)

    def run(self, orders: Sequence[Order], timeout: float, memory: int = 0) -> list[Done]:
        """The arms, in the order given, all at the same time. `memory` is what one of them takes [bytes]."""
        if self.engine == "ray":
            from traindx.trial.on_ray import run_on_ray

            return run_on_ray(self.bench, orders, timeout, memory)
        if len(orders) == 1:
            return [run_arm(self.bench, orders[0], timeout)]
        gpus = visible_gpus()
        with ThreadPoolExecutor(len(orders)) as pool:
            try:
                slots = [gpus[i % len(gpus)] if gpus else None for i in range(len(orders))]
                return list(pool.map(lambda order, gpu: self._one(order, gpu, timeout), orders, slots))
            except BaseException:  # an interrupt: only this thread hears it
                self._over.set()
                raise

    def _one(self, order: Order, gpu: str | None, timeout: float) -> Done:
        environ = os.environ if gpu is None else {**os.environ, "CUDA_VISIBLE_DEVICES": gpu}
        return run_arm(self.bench, order, timeout, watch=Watch(self._over.is_set), environ=environ)


def visible_gpus() -> list[str]:
    """The GPUs that a command started here would see, as CUDA_VISIBLE_DEVICES names them; empty without any."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [gpu for gpu in named.split(",") if gpu.strip() and gpu.strip() != "-1"]
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        listed = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [str(i) for i, line in enumerate(x for x in listed.splitlines() if x.startswith("GPU "))]
