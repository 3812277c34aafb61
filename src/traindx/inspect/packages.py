"""The packages of the Python that a command starts: where they lie and their versions. Nothing is imported."""

from __future__ import annotations

import contextlib
import importlib.metadata
import shutil
import site
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def folders_of(command: Sequence[str]) -> tuple[Path, ...]:
    """The folders of packages of the environment in which the command's program lies; those of this process if it has none."""
    program = shutil.which(command[0]) if command else None
    if program is not None:
        home = Path(program).parent.parent  # bin/yolo, bin/python: not resolved, a link would leave the environment
        found = [p for p in (*home.glob("lib/python3*/site-packages"), home / "Lib" / "site-packages") if p.is_dir()]
        if found:
            return tuple(found)
    with contextlib.suppress(AttributeError):
        return tuple(Path(p) for p in (*site.getsitepackages(), *sys.path) if p.endswith("site-packages"))
    return tuple(Path(p) for p in sys.path if p.endswith("site-packages"))


def file_of(folders: Sequence[Path], name: str) -> Path | None:
    """A file of a package, such as `ultralytics/cfg/default.yaml`; None where it is not installed."""
    return next((path for folder in folders if (path := folder / name).is_file()), None)


def versions_of(folders: Sequence[Path], names: Sequence[str]) -> Mapping[str, str]:
    """The versions of distributions that are installed."""
    found: dict[str, str] = {}
    for name in names:
        for one in importlib.metadata.distributions(name=name, path=[str(folder) for folder in folders]):
            with contextlib.suppress(Exception):  # a folder that an uninstall left half
                found.setdefault(name, one.version)
    return found


def pinned(folders: Sequence[Path], name: str, needed: str) -> str | None:
    """The exact version of `needed` that a distribution asks for (`torch==2.4.0`), None where it names none."""
    for one in importlib.metadata.distributions(name=name, path=[str(folder) for folder in folders]):
        for line in one.requires or ():
            words = line.split(";")[0].replace(" ", "").replace("(", "").replace(")", "")
            if words.startswith(f"{needed}==") and "*" not in words:
                return words.partition("==")[2]
    return None
