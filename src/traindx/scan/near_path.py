"""Says where a path that is not there may be meant: other slashes, other case, another root, another name in its folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def meant(written: str, place: Path, roots: Iterable[Path]) -> str:
    """Words on what is there instead of `place`, which `written` leads to and which does not exist; empty if nothing is known.

    `roots` are folders that the path may be meant to be relative to.
    """
    forward = written.replace("\\", "/")
    for root in roots:
        for part in dict.fromkeys((written, forward)):
            other = Path(os.path.normpath(root / part))
            if part and other != place and other.exists():
                because = "written with \\, which is no separator here" if part != written else "correct `path`"
                return f"; {other} is there: {because}"
    if (spelled := _other_case(Path(str(place).replace("\\", "/")))) is not None:
        return f"; {spelled} is there, and case counts"
    held = _folders(place.parent)
    return f"; {place.parent} holds {', '.join(held)}" if held else ""


def _other_case(place: Path) -> Path | None:
    """The path with the case that its parts have on disk, if it exists so."""
    here = Path(place.anchor)
    for part in place.parts[1:]:
        if (here / part).exists():
            here = here / part
            continue
        try:
            names = [item.name for item in os.scandir(here) if item.name.lower() == part.lower()]
        except OSError:
            return None
        if not names:
            return None
        here = here / names[0]
    return here


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as items:
            return sorted(item.name for item in items if item.is_dir() and not item.name.startswith("."))[:6]
    except OSError:
        return []
