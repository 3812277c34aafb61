"""What the operating system says of the machine: memory, room on a disk, limits. Each look is a few reads of /proc."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")


def meminfo() -> dict[str, int]:
    """Bytes of `MemTotal`, `MemAvailable`, `SwapTotal`, `SwapFree` of the whole machine; empty where it cannot be told."""
    wanted = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return {name: int(rest.split()[0]) * 1024 for name, rest in lines if name in wanted}
    return {}


def free(folder: Path) -> tuple[int, int] | None:
    """Free bytes (for this user) and all bytes of the file system of a folder, or of its nearest parent that exists."""
    for place in (folder, *folder.parents):
        with contextlib.suppress(OSError, AttributeError):
            found = os.statvfs(place)
            return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
    return None


def limits() -> dict[str, int | None]:
    """The soft and hard limits of open files and of processes, and of memory: None without one. Empty on Windows."""
    try:
        import resource
    except ImportError:
        return {}
    names = {"files": "RLIMIT_NOFILE", "processes": "RLIMIT_NPROC", "memory": "RLIMIT_AS", "locked": "RLIMIT_MEMLOCK"}

    def each() -> Iterator[tuple[str, int | None]]:
        for name, constant in names.items():
            if hasattr(resource, constant):
                soft, hard = resource.getrlimit(getattr(resource, constant))
                yield name, None if soft == resource.RLIM_INFINITY else soft
                yield f"{name}_hard", None if hard == resource.RLIM_INFINITY else hard

    return dict(each())
