"""Where a finding's file lies, seen from where the command was run: what annotations of a repository need."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

from traindx.core.finding import Finding
from traindx.core.report import Outcome, Report


def file_of(report: Report, outcome: Outcome, finding: Finding) -> str | None:
    """The finding's file (or picture), with forward slashes; None if it has neither.

    Checks of a dataset (codes `D...`) name files relative to the dataset's root, which `meta["root"]` gives; all others
    name them relative to the working directory. A path that lies below that is given relative to it: an annotation has to fit
    the repository wherever it was checked out.
    """
    path = finding.place.path or finding.place.image
    if not path:
        return None
    plain = path.replace("\\", "/")
    root = report.meta.get("root") if outcome.code.startswith("D") else None
    if root and not is_absolute(plain):
        plain = str(PurePosixPath(str(root).replace("\\", "/")) / plain)
    here = PurePosixPath(Path.cwd().as_posix())
    return str(PurePosixPath(plain).relative_to(here)) if PurePosixPath(plain).is_relative_to(here) else plain


def is_absolute(path: str) -> bool:
    """Whether a path is absolute on any system."""
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()
