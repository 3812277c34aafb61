"""V489: the console log ends at packages that do not fit."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.validation.ended_like import ended_like
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.history import Ending, History, history_of

PATTERNS = (
    r"operator torchvision::\w+ does not exist",
    r"numpy\.core\.multiarray failed to import",
    r"Numpy is not available",
    r"_ARRAY_API not found",
    r"numpy\.(dtype|ufunc) size changed",
    r"module '?numpy'? has no attribute '(int|bool|float|object|str|complex)'",
    r"undefined symbol: ",
)


@check("V489", level="error", preview=True)
def log_ends_at_packages(history: History) -> Iterator[Finding | Measured]:
    """The console log ends at two installed packages that do not work together.

    ## Why is this bad?
    The import fails, or the first call; nothing of the program itself is wrong.

    ## How to fix
    Install versions that belong together: `pip install torch torchvision` in one command; `numpy<2` beside packages that were built
    for NumPy 1. `traindx check` and the first look of `traindx run` compare the installed versions.
    """
    yield from ended_like(history, *PATTERNS)


def _ends(kind: str, message: str) -> Facts:
    ending = Ending(kind, message, 41, "train.py", 17)
    return {"history": history_of([{"train/loss": 2.0}], tool="a console log", ending=ending)}


@log_ends_at_packages.fires_on
def torchvision_beside_another_torch() -> Facts:
    return _ends("RuntimeError", "operator torchvision::nms does not exist")


@log_ends_at_packages.fires_on
def numpy_2() -> Facts:
    return _ends("ImportError", "numpy.core.multiarray failed to import")


@log_ends_at_packages.quiet_on
def a_package_that_is_not_there() -> Facts:
    return _ends("ModuleNotFoundError", "No module named 'timm'")
