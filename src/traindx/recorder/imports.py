"""Tells when a module has been imported, at once if it is there already. Uses the standard library alone: `_site` needs it
before traindx itself is imported."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable
from typing import Any


class Watch(importlib.abc.MetaPathFinder):
    """Finds the module `name` as the other finders do, and has `tell` called with it once it is complete.

    `tell` must not raise. `stop` takes the watch off; a watch that has told takes itself off.
    """

    def __init__(self, name: str, tell: Callable[[Any], None]) -> None:
        self._name, self._tell, self._busy = name, tell, False
        module = sys.modules.get(name)
        if module is None or getattr(getattr(module, "__spec__", None), "_initializing", False):
            sys.meta_path.insert(0, self)
        else:
            tell(module)

    def stop(self) -> None:
        """Stop watching."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """The module's spec with a loader that tells; None for everything else."""
        if fullname != self._name or self._busy:
            return None
        self._busy = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._busy = False
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            loader: Any = spec.loader
            execute = loader.exec_module

            def exec_module(module: Any) -> None:
                loader.exec_module = execute
                execute(module)
                if self in sys.meta_path:
                    self.stop()
                    self._tell(module)

            loader.exec_module = exec_module
        return spec
