"""What a sweep of Hydra tries: the values of each word, of the command line (`-m lr=0.1,0.01`) or of `hydra.sweeper.params`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from traindx.inspect.configured.tree import Held, at, word

_WORD = re.compile(r"^(?:\+\+|\+)?([A-Za-z_][\w./@-]*)=(.+)$", re.DOTALL)
_CALL = re.compile(r"^(\w+)\((.*)\)$", re.DOTALL)


def swept_words(words: Sequence[str], tree: Held) -> list[tuple[str, list[str], Held]]:
    """Each name that is swept, with its values as written and where they stand; the command line's first."""
    found: dict[str, tuple[list[str], Held]] = {}
    for text in words:
        match = _WORD.match(text)
        if match is not None and len(tried := values_of(match[2])) > 1:
            found[match[1]] = tried, Held(None)
    mode = at(tree, "hydra.mode")
    params = at(tree, "hydra.sweeper.params") if mode is not None and mode.value == "MULTIRUN" else None
    for name, held in _flat(params) if params is not None else ():
        if name not in found and isinstance(held.value, str) and len(tried := values_of(held.value)) > 1:
            found[name] = tried, held
    return [(name, tried, where) for name, (tried, where) in found.items()]


def first_of(text: str) -> str:
    """A word with the first of its values: `lr=0.1` of `lr=0.1,0.01`."""
    match = _WORD.match(text)
    tried = values_of(match[2]) if match is not None else []
    return f"{text[: text.index('=')]}={tried[0]}" if tried else text


def held_at(value: str, where: Held) -> Held:
    """One of the values, at the place of the sweep."""
    return Held(word(value), where.path, where.line)


def values_of(text: str) -> list[str]:
    """The values of a sweep as written: `a,b` and `choice(a,b)`. Of `interval(a,b)` and `range(a,b)`, whose ends are the bounds of
    a search and perhaps never tried, one between them."""
    parts = _split(text.strip())
    if len(parts) > 1:
        return parts
    match = _CALL.match(text.strip())
    if match is None:
        return parts
    inner = [part for part in _split(match[2]) if "=" not in part]
    if match[1] in ("choice", "shuffle"):
        return inner
    if match[1] in ("interval", "range") and len(inner) >= 2:
        return [_between(*inner[:2])]
    return values_of(inner[-1]) if match[1] in ("tag", "sort", "float") and inner else parts


def _between(low: str, high: str) -> str:
    """The middle of two bounds, by their logarithms where both are above zero."""
    try:
        ends = float(low), float(high)
    except ValueError:
        return low
    if min(ends) > 0 and not (low + high).isdigit():
        return f"{math.sqrt(ends[0] * ends[1]):g}"
    middle = sum(ends) / 2
    return f"{middle:g}" if not (low + high).isdigit() else str(int(middle))


def _flat(tree: Held, name: str = "") -> Iterator[tuple[str, Held]]:
    for key, held in tree.entries.items():
        yield from _flat(held, f"{name}{key}.") if isinstance(held.value, dict) else ((f"{name}{key}", held),)


def _split(text: str) -> list[str]:
    """Parts between commas that stand outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]
