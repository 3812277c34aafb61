"""Measures the machine that a command would run on. PyTorch is asked by its files, and by a child process only if wanted."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from traindx.core import system
from traindx.core.cgroup import own_group
from traindx.core.machine import Build, Device, Machine
from traindx.inspect.packages import file_of, folders_of, pinned, versions_of

PACKAGES = (
    "torch",
    "torchvision",
    "torchaudio",
    "numpy",
    "opencv-python",
    "ultralytics",
    "timm",
    "lightning",
    "transformers",
)
PINNING = (("torchvision", "torch"), ("torchaudio", "torch"))
"""Packages whose wheels ask for one exact version of another: compiled together, they fail with any other."""
SECONDS = 2.0
"""How long `nvidia-smi` may take; a driver that is woken up takes a second."""


def machine_of(command: Sequence[str], folder: str | Path, *, ask_torch: bool = False) -> Machine:
    """The machine as the command would find it. `ask_torch` starts its Python to ask PyTorch for its kernels: seconds."""
    folders, group, memory = folders_of(command), own_group(), system.meminfo()
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    whole = [size for size in (memory.get("MemTotal"), group.memory) if size]
    left = group.memory - group.use().get("cgroup", 0) if group.memory else None
    free = [size for size in (memory.get("MemAvailable"), left) if size is not None]
    shared = system.free(system.SHARED_MEMORY) if system.SHARED_MEMORY.is_dir() else None
    disk = system.free(Path(folder))
    build = build_of(folders)
    needs = tuple((one, of, v) for one, of in PINNING if (v := pinned(folders, one, of)) is not None)
    return Machine(
        processors=min(float(there), group.processors or float(there)),
        all_processors=os.cpu_count() or 1,
        memory=min(whole, default=None),
        available=min(free, default=None),
        shared=shared[0] if shared else None,
        files=system.limits().get("files"),
        disk=disk[0] if disk else None,
        folder=str(folder),
        platform=sys.platform,
        devices=devices(),
        device_files=any(Path(p).exists() for p in ("/dev/nvidia0", "/dev/kfd", "/dev/dxg", "/dev/dri/renderD128")),
        build=with_kernels(build, command) if ask_torch else build,
        versions=versions_of(folders, PACKAGES),
        needs=needs,
        cudnn=tuple(cudnn_on(os.environ.get("LD_LIBRARY_PATH", ""))),
    )


def build_of(folders: Sequence[Path]) -> Build:
    """What the files of the installed PyTorch say: `torch/version.py`, and the wheel of cuDNN beside it."""
    path = file_of(folders, "torch/version.py")
    if path is None:
        return Build()
    with contextlib.suppress(OSError):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = {name: m[1] for name in ("__version__", "cuda", "hip") if (m := _assigned(name, text))}
        cuda = found.get("cuda", "")
        cudnn = versions_of(folders, [f"nvidia-cudnn-cu{cuda.partition('.')[0]}"]) if cuda else {}
        return Build(found.get("__version__", ""), cuda, next(iter(cudnn.values()), ""), found.get("hip", ""))
    return Build()


def _assigned(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"^{name}(?:\s*:[^=]+)?\s*=\s*['\"]([^'\"]+)['\"]", text, re.MULTILINE)


def cudnn_on(path: str) -> Iterator[tuple[str, str]]:
    """The libraries of cuDNN in the folders of a search path, with the versions in their names or in those they lead to."""
    for folder in filter(None, path.split(":")):
        with contextlib.suppress(OSError):
            for found in sorted(Path(folder).glob("libcudnn.so.*")):
                if version := re.fullmatch(r"libcudnn\.so\.(\d+\.\d[\d.]*)", found.resolve().name):
                    yield str(found), version[1]
                    break


def with_kernels(build: Build, command: Sequence[str], seconds: float = 60.0) -> Build:
    """The build with the devices it was compiled for, as its Python says in a process of its own; unchanged if it does not."""
    python = _python_of(command)
    if python is None or not build.cuda:
        return build
    ask = [python, "-c", "import torch; print(*torch.cuda.get_arch_list())"]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(ask, capture_output=True, text=True, timeout=seconds).stdout
        found = re.findall(r"\bsm_(\d+)(\d)a?\b", said)
        return Build(build.version, build.cuda, build.cudnn, build.hip, tuple((int(a), int(b)) for a, b in found))
    return build


def _python_of(command: Sequence[str]) -> str | None:
    """The Python beside the program that the command starts."""
    program = shutil.which(command[0]) if command else sys.executable
    if program is None:
        return None
    beside = Path(program).parent / "python"
    return str(beside) if beside.exists() else sys.executable


def devices() -> tuple[Device, ...]:
    """The devices that the command would see, as `nvidia-smi` lists them; none without it."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    ask = "--query-gpu=index,uuid,name,compute_cap,memory.total,memory.free,driver_version"
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(
            [program, ask, "--format=csv,noheader,nounits"], capture_output=True, text=True, timeout=SECONDS
        )
        rows = [[part.strip() for part in line.split(",")] for line in said.stdout.splitlines()]
        seen = os.environ.get("CUDA_VISIBLE_DEVICES")
        wanted = None if seen is None else [word.strip() for word in seen.split(",") if word.strip()]
        return tuple(_device(r) for r in rows if len(r) == 7 and (wanted is None or r[0] in wanted or r[1] in wanted))
    return ()


def _device(row: Sequence[str]) -> Device:
    major, _, minor = row[3].partition(".")
    capability = (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None
    size, free = (int(text) * 2**20 if text.isdigit() else None for text in row[4:6])
    return Device(row[2], capability, size, free, row[6])
