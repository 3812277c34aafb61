"""Found by Python at start-up when `traindx run` put this folder first: waits for torch to be imported, then attaches.

Does nothing when TRAINDX_FOLDER is not set, takes its folder off `sys.path`, and runs the sitecustomize that it hides.
"""

# pathlib would cost every Python process of the command some milliseconds
# ruff: noqa: PTH100,PTH109,PTH118,PTH120

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))


def attach(torch: Any) -> None:
    """Start the recorder. Whatever goes wrong, the training goes on, and one line says so."""
    try:
        own_package()
        from traindx.recorder.start import start_from_environment

        start_from_environment(torch, os.environ)
        reached("torch")
    except Exception as error:
        reached("failed")
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        sys.stderr.write(f"traindx: the recorder could not start ({reason}); training goes on unrecorded\n")


def reached(what: str) -> None:
    """Leave a mark in the recording's folder, so that `traindx run` can say why nothing was recorded."""
    try:
        os.close(os.open(os.path.join(os.environ["TRAINDX_FOLDER"], f"reached-{what}"), os.O_CREAT | os.O_WRONLY))
    except OSError:
        return


def own_package() -> None:
    """Import the traindx that this file belongs to, from where it lies: the user's environment need not have it."""
    if "traindx" in sys.modules:
        return
    package = os.path.dirname(os.path.dirname(HERE))
    spec = importlib.util.spec_from_file_location(
        "traindx", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{package} is not complete")
    module = importlib.util.module_from_spec(spec)
    sys.modules["traindx"] = module
    spec.loader.exec_module(module)


def wait_for_torch() -> None:
    """Attach once torch is imported."""
    spec = importlib.util.spec_from_file_location("_traindx_imports", os.path.join(os.path.dirname(HERE), "imports.py"))
    if spec is not None and spec.loader is not None:
        imports = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(imports)
        imports.Watch("torch", attach)


def chain() -> None:
    """Run the sitecustomize further down the path, if there is one, as if this one were not there."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.getcwd()) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if os.environ.get("TRAINDX_FOLDER"):
    reached("python")
    wait_for_torch()
chain()
