"""What the operating system says of a process: memory, children, open files. Each look is a few reads of /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from traindx.core.cgroup import Group
from traindx.core.system import SHARED_MEMORY, free, meminfo

MOST_TASKS = 16
MOST_CHILDREN = 64
"""Threads and children that are looked at: a sample is to stay below a millisecond."""


def resident(pid: int | str = "self") -> int | None:
    """Resident memory of a process in bytes, None where it cannot be told. A page that processes share counts in each."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


class _Heap(ctypes.Structure):
    """The ten fields of glibc's `struct mallinfo2`, of which `fordblks` is the bytes of all free chunks."""

    _fields_ = [(name, ctypes.c_size_t) for name in ("_", "_", "_", "_", "_", "_", "_", "_", "fordblks", "_")]


def heap_free() -> int | None:
    """Bytes that the C heap was given back and keeps, resident or not; None without glibc 2.33 or later.

    Tensors on the CPU come from there. Their aligned blocks leave gaps that glibc before 2.38 does not fill again, so that
    resident memory rises though nothing is held.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        told = ctypes.CDLL(None).mallinfo2
        told.restype = _Heap
        return int(told().fordblks)
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


def peak_resident() -> int | None:
    """The largest resident memory so far in bytes, for systems without /proc; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


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
