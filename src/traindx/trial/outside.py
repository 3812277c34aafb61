"""Absolute paths outside of the copied folders that stand in the command or its script: an arm may write there."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from traindx.core.setup import Setup
from traindx.trial.copying import Stamp, stamp

PATH = re.compile(r"""(?<![\w./:\-])(/[^\s"'`,;:(){}\[\]<>|*?\\]+)""")
SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr")
MOST = 200
"""Paths that are watched."""


def stamps_outside(setup: Setup, copied: Iterable[str]) -> dict[str, Stamp]:
    """Time and size of each such file or folder; of one that does not exist yet, those of the folder it would be made in."""
    cwd, roots = Path(setup.cwd), [Path(root) for root in copied]
    texts = list(setup.command)
    for word in setup.command:
        script = cwd / word
        if word.endswith((".py", ".sh", ".yaml", ".yml")) and script.is_file():
            texts.append(script.read_text(encoding="utf-8", errors="replace"))
    named = dict.fromkeys(Path(found) for text in texts for found in PATH.findall(text))
    shared = {Path("/"), Path.home(), Path(tempfile.gettempdir())}
    watched: dict[str, Stamp] = {}
    for path in [path for path in named if not _is_known(path, roots)][:MOST]:
        there = path if path.exists() else path.parent
        if there in shared or not there.exists() or _is_known(there, roots):
            continue
        watched[str(there)] = stamp(there)
    return watched


def changed(before: Mapping[str, Stamp]) -> list[str]:
    """Of the watched, what changed or went."""
    return sorted(path for path, was in before.items() if not Path(path).exists() or stamp(Path(path)) != was)


def _is_known(path: Path, roots: Iterable[Path]) -> bool:
    """Whether a path lies in a copied folder, or where no training writes."""
    return str(path).startswith(SYSTEM) or any(path.is_relative_to(root) for root in roots)
