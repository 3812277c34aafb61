"""The treaters; a new class in a file here is all that a new treatment of the process needs, besides its word in `core`."""

from __future__ import annotations

import importlib
import pkgutil

from traindx.recorder.treater import Treater


def kinds() -> dict[str, type[Treater]]:
    """Every class of treaters in this package by the name of its treatment."""
    modules = [importlib.import_module(info.name) for info in pkgutil.iter_modules(__path__, __name__ + ".")]
    values = [value for module in modules for value in vars(module).values()]
    found = [v for v in values if isinstance(v, type) and issubclass(v, Treater) and v.__module__.startswith(__name__)]
    return {value.name: value for value in found if "name" in vars(value)}
