"""Combinations of device, driver, CUDA and packages that are known not to work, each with its source; wrong numbers lie apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from traindx.core.machine import Build, Device, version_of

Capability = tuple[int, int]


@dataclass(frozen=True)
class Lacking:
    """Builds of PyTorch without kernels for a range of devices: from `torch` on with CUDA from `cuda` to below `before`."""

    least: Capability
    most: Capability
    torch: tuple[int, ...]
    cuda: tuple[int, ...]
    before: tuple[int, ...]
    instead: str
    source: str


LACKING = (
    Lacking(
        (10, 0), (99, 0), (1, 0), (0,), (12, 8), "PyTorch 2.7 or later for CUDA 12.8 or later (index-url .../whl/cu128)",
        "https://github.com/pytorch/pytorch/issues/150733",
    ),
    Lacking(
        (9, 0), (9, 9), (1, 0), (0,), (11, 8), "a build for CUDA 11.8 or later",
        "https://docs.nvidia.com/cuda/hopper-compatibility-guide/index.html",
    ),
    Lacking(
        (8, 0), (8, 9), (1, 0), (0,), (11, 0), "a build for CUDA 11 or later",
        "https://docs.nvidia.com/cuda/ampere-compatibility-guide/index.html",
    ),
    Lacking(
        (0, 0), (6, 9), (2, 8), (12, 8), (13, 0), "the build for CUDA 12.6 (index-url .../whl/cu126)",
        "https://dev-discuss.pytorch.org/t/cuda-toolkit-version-and-architecture-support-update-maxwell-and-pascal-architecture-"
        "support-removed-in-cuda-12-8-and-12-9-builds/3128",
    ),
    Lacking(
        (7, 0), (7, 4), (2, 11), (12, 8), (13, 0), "the build for CUDA 12.6 (index-url .../whl/cu126)",
        "https://github.com/pytorch/pytorch/issues/172352",
    ),
    Lacking(
        (0, 0), (7, 4), (1, 0), (13, 0), (99,), "the build for CUDA 12.6 (index-url .../whl/cu126)",
        "https://github.com/pytorch/pytorch/issues/157517",
    ),
)  # fmt: skip


def lacking(device: Device, build: Build) -> Lacking | None:
    """The row that says that this build has no kernels for a device, None where none does."""
    if device.capability is None or not build.cuda:
        return None
    torch, cuda, capability = version_of(build.version), version_of(build.cuda), device.capability
    rows = (row for row in LACKING if row.least <= capability <= row.most)
    return next((row for row in rows if torch >= row.torch and row.cuda <= cuda < row.before), None)


def has_kernels(device: Device, build: Build) -> bool | None:
    """Whether the build was compiled for the device, by its own list: one for the same major version and a minor that is not
    later runs on it (https://docs.nvidia.com/cuda/cuda-c-programming-guide/#binary-compatibility); None without a list.
    """
    if device.capability is None or not build.kernels:
        return None
    major, minor = device.capability
    return any(m == major and n <= minor for m, n in build.kernels)


DRIVERS = (((13, 0), 580, 0), ((12, 0), 525, 528), ((11, 0), 450, 452))
"""CUDA from a version on, the first driver that runs it on Linux and on Windows:
https://docs.nvidia.com/deploy/cuda-compatibility/minor-version-compatibility.html."""


def driver_needed(cuda: str, platform: str) -> int | None:
    """The first driver that runs a build for this CUDA, None where no table says so."""
    version = version_of(cuda)
    for least, linux, windows in DRIVERS:
        if version and version >= least:
            return (windows or None) if platform == "win32" else linux
    return None


@dataclass(frozen=True)
class Misfit:
    """Two packages whose versions do not work together, as `first` and `second` tell by their numbers."""

    packages: tuple[str, str]
    misfit: Callable[[tuple[int, ...], tuple[int, ...]], bool]
    what: str
    instead: str
    source: str


MISFITS = (
    Misfit(
        ("torch", "numpy"), lambda torch, numpy: torch < (2, 3) and numpy >= (2,),
        "tensors cannot be made arrays: `RuntimeError: Numpy is not available`", "numpy<2, or PyTorch 2.3 or later",
        "https://github.com/pytorch/pytorch/issues/107302",
    ),
    Misfit(
        ("opencv-python", "numpy"), lambda cv2, numpy: cv2 < (4, 10, 0, 84) and numpy >= (2,),
        "`import cv2` fails: `_ARRAY_API not found`", "opencv-python 4.10.0.84 or later, or numpy<2",
        "https://github.com/opencv/opencv-python/issues/997",
    ),
    Misfit(
        ("ultralytics", "torch"), lambda yolo, torch: yolo < (8, 2) and torch >= (2, 6),
        "no checkpoint loads: `torch.load` takes weights alone since 2.6", "a later ultralytics, or torch<2.6",
        "https://github.com/ultralytics/ultralytics/issues/19778",
    ),
)  # fmt: skip
