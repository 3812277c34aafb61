"""What the operating system says of a process: memory, children, open files, limits. Each look is a few reads of /proc."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from traindx.recorder.cgroup import Group

SHARED_MEMORY = Path("/dev/shm")
MOST_TASKS = 16
MOST_CHILDREN = 64
"""Threads and children that are looked at: a sample is to stay below a millisecond."""


def resident(pid: int | str = "self") -> int | None:
    """Resident memory of a process in bytes, None where it cannot be told. A page that processes share counts in each."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def children(pid: int) -> list[int]:
    """The processes that `pid` has started and not yet waited for; empty where Linux was built without this list."""
    found: list[int] = []
    with contextlib.suppress(OSError, ValueError):
        for task in os.listdir(f"/proc/{pid}/task")[:MOST_TASKS]:  # noqa: PTH208
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def descriptors() -> int | None:
    """How many files, sockets and pipes this process holds open."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        with contextlib.suppress(OSError):
            return len(os.listdir(folder)) - 1  # noqa: PTH208  (one of them is this listing)
    return None


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


def peak_resident() -> int | None:
    """The largest resident memory so far in bytes, for systems without /proc; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


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


def sample(folder: Path, group: Group) -> dict[str, float | int]:
    """What there is now, in bytes and counts; what cannot be told is left out (`docs/recording.md` names the fields)."""
    below = children(os.getpid())
    memory, disk, shared = meminfo(), free(folder), free(SHARED_MEMORY) if SHARED_MEMORY.is_dir() else None
    found: dict[str, float | int | None] = {
        "rss": resident() or peak_resident(),
        "children": len(below),
        "children_rss": sum(resident(pid) or 0 for pid in below[:MOST_CHILDREN]) if below else None,
        "files": descriptors(),
        "available": memory.get("MemAvailable"),
        "swap": memory.get("SwapTotal", 0) - memory.get("SwapFree", 0) if memory else None,
        "shm_free": shared[0] if shared else None,
        "disk_free": disk[0] if disk else None,
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        **group.use(),
    }
    return {name: value for name, value in found.items() if value is not None}
