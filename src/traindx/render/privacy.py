"""Private paths shortened, for text that leaves the machine: the home directory becomes `~`, long paths their last parts."""

from __future__ import annotations

import re
from pathlib import Path

PARTS = 3
"""Parts of an absolute path that stay."""

_HOME = re.compile(
    r"(?<![\w.~/\\-])(?:/(?:home|Users)/[^/\s:'\"`|<>]+|/root|[A-Za-z]:[\\/]Users[\\/][^\\/\s:'\"`|<>]+)(?=[/\\]|\b)"
)
_ABSOLUTE = re.compile(r"(?<![\w.~/\\:-])(?:~|[A-Za-z]:)?(?:[/\\][^/\\\s:'\"`|<>,;()]+){2,}")


def shorten(text: str) -> str:
    """The text with every absolute path in it shortened. Addresses such as `https://...` stay."""
    home = _own_home()
    if home:
        text = re.sub(re.escape(home) + r"(?=[/\\]|\b)", "~", text)
    return _ABSOLUTE.sub(lambda m: _last(m.group()), _HOME.sub("~", text))


def _own_home() -> str | None:
    try:
        home = str(Path.home())
    except RuntimeError:  # no home is known
        return None
    return home if len(Path(home).parts) > 2 else None


def _last(path: str) -> str:
    parts = [part for part in re.split(r"[/\\]", path) if part]
    if len(parts) <= PARTS + (parts[0] == "~"):
        return path
    return "…/" + "/".join(parts[-PARTS:])
