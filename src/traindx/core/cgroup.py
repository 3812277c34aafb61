"""The control group of this process: the memory and the processors that a container or a job may use.

Version 2 (`memory.max`, `memory.current`, `memory.events`, `cpu.max`) and version 1 (`memory.limit_in_bytes`,
`memory.usage_in_bytes`, `memory.oom_control`, `cpu.cfs_quota_us`), as the kernel's documentation names them
(https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/memory.html).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""Version 1 writes a number near 2**63 where there is no limit."""


@dataclass(frozen=True)
class Group:
    """The group whose limit of memory is the tightest, and its limits: bytes, processors; None without a limit."""

    folder: Path | None = None
    memory: int | None = None
    processors: float | None = None

    def use(self) -> dict[str, int]:
        """`cgroup` bytes in use and `oom_kills`, processes that the kernel has killed for memory; what is known of them."""
        if self.folder is None:
            return {}
        used = _number(self.folder / "memory.current") or _number(self.folder / "memory.usage_in_bytes")
        kills = _field(self.folder / "memory.events", "oom_kill")
        if kills is None:
            kills = _field(self.folder / "memory.oom_control", "oom_kill")
        return {name: value for name, value in (("cgroup", used), ("oom_kills", kills)) if value is not None}


def own_group(root: Path = ROOT, process: Path = Path("/proc/self/cgroup")) -> Group:
    """The group of this process, without limits where the system has none or does not show them."""
    with contextlib.suppress(OSError):
        lines = [line.split(":", 2) for line in process.read_text().splitlines()]
        paths = {controller: path for _, names, path in lines for controller in names.split(",")}
        memory = list(_upwards(root, "memory", paths))
        limited = [(limit, at) for at in memory if (limit := _memory_limit(at)) is not None]
        at = min(limited, key=lambda pair: pair[0])[1] if limited else (memory[0] if memory else None)
        quotas = [q for at in _upwards(root, "cpu", paths) if (q := _quota(at)) is not None]
        return Group(at, min((n for n, _ in limited), default=None), min(quotas, default=None))
    return Group()


def _upwards(root: Path, controller: str, paths: dict[str, str]) -> Iterator[Path]:
    """The folders of the group and of those around it, as far as they are mounted here, innermost first."""
    base = root / controller if (root / controller).is_dir() else root
    path = paths.get(controller) if base != root else paths.get("")
    folder = base / (path or "/").lstrip("/")
    for place in (folder, *folder.parents):
        if not place.is_relative_to(base):
            return
        if place.is_dir():
            yield place


def _memory_limit(folder: Path) -> int | None:
    limit = _number(folder / "memory.max") or _number(folder / "memory.limit_in_bytes")
    return limit if limit is not None and limit < UNLIMITED else None


def _quota(folder: Path) -> float | None:
    """How many processors' time the group may use."""
    with contextlib.suppress(OSError, ValueError):
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    quota_us, period_us = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
    return quota_us / period_us if quota_us and period_us and quota_us > 0 else None


def _number(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text())
    return None


def _field(path: Path, name: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    return None
