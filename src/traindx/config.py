"""The configuration: `[tool.traindx]` of pyproject.toml, or traindx.toml, found upwards from a folder."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from traindx.errors import TraindxError

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

KEYS = ("select", "ignore", "checks")
FARTHER = 0.15
"""How much less like a word another suggestion may be than the nearest (a guess)."""
FEW = 12
"""Up to this many known words are listed in a hint."""


@dataclass(frozen=True)
class Config:
    """`select`: code prefixes to run (empty: all). `ignore`: code prefix to the reason. `checks`: options by check name.

    `path` is the file that this was read from, None where there is none.
    """

    select: tuple[str, ...] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    path: Path | None = None


def load(start: Path) -> Config:
    """The nearest configuration at or above the folder `start`. Raises `TraindxError` for a broken file or unknown key."""
    for folder in (start, *start.parents):
        for path in (folder / "traindx.toml", folder / "pyproject.toml"):
            table = _table(path)
            if table is not None:
                return _config(table, path)
    return Config()


def require_codes(prefixes: Iterable[str], where: str) -> None:
    """Raise `TraindxError` for a prefix with which no check's code begins; `where` says where it was written."""
    words = list(prefixes)
    if not words:
        return  # without importing a hundred checks
    from traindx.checks import all_checks

    codes = [check.code for check in all_checks()]
    for prefix in words:
        if not any(code.startswith(prefix) for code in codes):
            raise TraindxError(f"{where}: no check's code begins with {prefix!r}", "", nearest(prefix, codes))


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean …?` with up to three of the known words, none much farther than the nearest; all if none is near and they
    are few."""
    words = list(known)
    close = difflib.get_close_matches(word.lower(), [w.lower() for w in words], n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, word.lower(), c).ratio() for c in close]
    close = [c for c, near in zip(close, likeness, strict=True) if near > likeness[0] - FARTHER]
    near = [w for c in close for w in words if w.lower() == c]
    if near:
        return f"did you mean {' or '.join(dict.fromkeys(near))}?"
    return f"known: {', '.join(words)}" if len(words) <= FEW else ""


def _table(path: Path) -> dict[str, Any] | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return None
    except UnicodeDecodeError as error:
        raise TraindxError(f"{path} is not UTF-8 text ({error.reason} at byte {error.start})") from error
    if path.name == "pyproject.toml" and "traindx" not in text:
        return None
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TraindxError(f"{path} is no valid TOML: {error}", "", "mend the file or move it away") from error
    table: dict[str, Any] | None = data if path.name == "traindx.toml" else data.get("tool", {}).get("traindx")
    return table


def _config(table: Mapping[str, Any], path: Path) -> Config:
    if not isinstance(table, dict):
        raise TraindxError(f"{path}: [tool.traindx] is no table")
    for key in table:
        if key not in KEYS:
            raise TraindxError(f"{path}: unknown key {key!r}", "", nearest(key, KEYS))
    select = _words(table.get("select", []), f"{path}: select")
    ignore = _ignore(table.get("ignore", []), path)
    require_codes((*select, *ignore), str(path))
    return Config(select, ignore, _options(table.get("checks", {}), path), path)


def _words(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TraindxError(f"{where} is {value!r}, expected a list of code prefixes", "", 'for example ["D2", "T3"]')
    return tuple(value)


def _ignore(value: Any, path: Path) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(reason, str) for reason in value.values()):
        return dict(value)
    return dict.fromkeys(_words(value, f"{path}: ignore"), f"by {path.name}")


def _options(value: Any, path: Path) -> dict[str, dict[str, Any]]:
    from traindx.checks import all_checks

    if not isinstance(value, dict):
        raise TraindxError(f"{path}: checks is {value!r}, expected one table per check")
    known = {check.name: check.options for check in all_checks()} if value else {}
    for name, options in value.items():
        if name not in known:
            raise TraindxError(f"{path}: [checks.{name}]: no such check", "", nearest(name, known))
        if not isinstance(options, dict):
            raise TraindxError(f"{path}: checks.{name} is {options!r}, expected a table of its options")
        for option, given in options.items():
            where = f"{path}: [checks.{name}]"
            if option not in known[name]:
                hint = nearest(option, known[name]) if known[name] else "this check has no options"
                raise TraindxError(f"{where}: unknown option {option!r}", "", hint)
            _require_kind(given, known[name][option], f"{where} {option}")
    return value


def _require_kind(given: Any, default: Any, where: str) -> None:
    number = isinstance(default, (int, float)) and not isinstance(default, bool)
    fits = isinstance(given, (int, float)) and not isinstance(given, bool) if number else type(given) is type(default)
    if isinstance(default, tuple):
        fits = isinstance(given, list)
    if not fits:
        raise TraindxError(f"{where} is {given!r}, expected a value like {default!r}")
