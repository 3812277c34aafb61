"""traindx says why a PyTorch vision training fails, stalls or does not validate, and what makes it work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from traindx.core.report import Report
    from traindx.examine import check, diagnose
    from traindx.recorder import record
    from traindx.scan import ScanOptions
    from traindx.trial import prove
    from traindx.two_runs import compare_runs

__version__ = "0.1.0"
__all__ = ["Report", "ScanOptions", "check", "compare_runs", "diagnose", "prove", "record"]

_HOMES = {
    "Report": "traindx.core.report",
    "ScanOptions": "traindx.scan",
    "check": "traindx.examine",
    "compare_runs": "traindx.two_runs",
    "diagnose": "traindx.examine",
    "prove": "traindx.trial",
    "record": "traindx.recorder",
}
_MODULES = ("huggingface", "lightning", "ultralytics")
"""The callbacks, each of which imports its framework."""


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that `import traindx` costs nothing in the user's process."""
    if name not in _HOMES and name not in _MODULES:
        raise AttributeError(f"module 'traindx' has no attribute {name!r}")
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"traindx.{name}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext traindx` in a notebook: record what the cells train from here on. `%traindx` says what can be asked."""
    from traindx.notebook import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext traindx`: end the recording and take everything off."""
    from traindx.notebook import unload

    unload(shell)
