"""Compares two class maps, ids to names: which ids mean another class, which classes only one of them has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"(class|item|object|label|category)?[ _-]?\d+")


@dataclass(frozen=True)
class Differences:
    """How class map b differs from a; each entry is an id, its name in a and its name in b (empty where it has none).

    `moved`: the id means another class, or its class has another id. `spelled`: the names differ by case, blanks or
    punctuation alone. `only_b`: ids of classes that a does not have.
    """

    moved: tuple[tuple[int, str, str], ...]
    spelled: tuple[tuple[int, str, str], ...]
    only_b: tuple[tuple[int, str, str], ...]


def differences(a: Mapping[int, str], b: Mapping[int, str], *, exact: bool = False) -> Differences:
    """The differences of two class maps.

    `exact`: names that are spelled otherwise are other classes. Otherwise names that hold nothing but a number, such as
    class_0, agree with any name.
    """
    key = str if exact else plain
    known = {key(name) for name in a.values()}
    ids = {key(name): i for i, name in a.items()}
    moved, spelled, more = [], [], []
    for i, there in sorted(b.items()):
        here = a.get(i, "")
        entry = (i, here, there)
        if here == there or (not exact and (_is_placeholder(here) or _is_placeholder(there))):
            continue
        if i in a and key(here) == key(there):
            spelled.append(entry)
        elif i in a or ids.get(key(there), i) != i:
            moved.append(entry)
        if key(there) not in known:
            more.append(entry)
    return Differences(tuple(moved), tuple(spelled), tuple(more))


def plain(name: str) -> str:
    """A name without case, blanks and punctuation; if nothing remains, without blanks around it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum()) or text.strip()


def _is_placeholder(name: str) -> bool:
    return _PLACEHOLDER.fullmatch(name.strip().lower()) is not None
