"""Small machines and footprints for the examples of checks that look ahead."""

from __future__ import annotations

from typing import Any

from traindx.checks.setup.example import asking
from traindx.core.check import Facts
from traindx.core.machine import Build, Device, Machine

GIB = 2**30
CU124 = Build("2.5.1+cu124", "12.4", "9.1.0.70")


def on(settings: Facts | None = None, **machine: Any) -> Facts:
    """A machine of eight processors and 32 GiB, and a command of Ultralytics."""
    usual: dict[str, Any] = {"processors": 8.0, "all_processors": 8, "memory": 32 * GIB, "available": 28 * GIB}
    usual |= {"shared": 16 * GIB, "files": 65536, "disk": 200 * GIB}
    return {"machine": Machine(**{**usual, **machine}), **(settings or asking(epochs=100))}


def gpu(
    name: str = "NVIDIA GeForce RTX 3090", capability: tuple[int, int] = (8, 6), driver: str = "550.54.14"
) -> Device:
    """A device with 24 GiB."""
    return Device(name, capability, 24 * GIB, 23 * GIB, driver)
