"""Finds checks and causes by walking their package: adding one is adding a file, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def members(package: ModuleType, kind: type[T]) -> list[T]:
    """All module-level objects of type `kind` in the modules of `package`, in the order of module names."""
    found: list[T] = []
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not info.ispkg:
            module = importlib.import_module(info.name)
            found += [value for value in vars(module).values() if isinstance(value, kind)]
    return found
