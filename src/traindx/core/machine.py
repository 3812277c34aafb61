"""The machine as a fact: processors, memory, limits, devices and the build of PyTorch that a command would find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Device:
    """A graphics processor: its compute capability as (major, minor), memory in bytes, and the driver's version."""

    name: str
    capability: tuple[int, int] | None = None
    memory: int | None = None
    free: int | None = None
    driver: str = ""


@dataclass(frozen=True)
class Build:
    """The PyTorch that is installed: versions as its wheel says, empty where it has none; `kernels` are the capabilities that it
    was compiled for, where it was asked (`sm_86` as (8, 6)).
    """

    version: str = ""
    cuda: str = ""
    cudnn: str = ""
    hip: str = ""
    kernels: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Machine:
    """Sizes in bytes; None for what is not limited or cannot be told. `processors` are those that may be used, which a container
    may make fewer than there are (`all_processors`). `needs` are exact versions that one package asks of another; `cudnn` are
    the libraries of cuDNN on LD_LIBRARY_PATH, with their versions, the first found first.
    """

    processors: float = 1.0
    all_processors: int = 1
    memory: int | None = None
    available: int | None = None
    shared: int | None = None
    files: int | None = None
    disk: int | None = None
    folder: str = "."
    platform: str = "linux"
    devices: tuple[Device, ...] = ()
    device_files: bool = False
    build: Build = Build()
    versions: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[tuple[str, str, str], ...] = ()
    cudnn: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data, for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Machine:
        """The reverse of `to_json`; fields that are not known are left out."""
        known = {f.name for f in fields(cls)}
        held = {name: value for name, value in data.items() if name in known}
        devices = tuple(Device(**{**d, "capability": _pair(d.get("capability"))}) for d in held.get("devices", ()))
        build = dict(held.get("build", {}))
        build["kernels"] = tuple(pair for k in build.get("kernels", ()) if (pair := _pair(k)) is not None)
        needs = tuple((str(a), str(b), str(c)) for a, b, c in held.get("needs", ()))
        cudnn = tuple((str(path), str(version)) for path, version in held.get("cudnn", ()))
        return cls(**{**held, "devices": devices, "build": Build(**build), "needs": needs, "cudnn": cudnn})


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a version: those of `2.4.1+cu121` are (2, 4, 1); empty where it begins with none."""
    found = []
    for part in text.partition("+")[0].split("."):
        digits = "".join(c for c in part if c.isdigit())
        if not part[:1].isdigit():
            break
        found.append(int(digits))
    return tuple(found)


def _pair(value: Any) -> tuple[int, int] | None:
    return (int(value[0]), int(value[1])) if value else None
