"""Compares two class maps, ids to names: which ids mean another class, which classes one of them lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"(class|item|object|label|category)?[ _-]?\d+")
"""Names that say nothing but a number, such as class_0: they contradict no other name."""


@dataclass(frozen=True)
class Differences:
    """How map b differs from map a.

    `moved`: id, name in a, name in b, where both are real names of different things. `spelled`: the same, where the names
    differ by case, blanks or punctuation alone. `only_a`, `only_b`: ids that the other has not.
    """

    moved: tuple[tuple[int, str, str], ...]
    spelled: tuple[tuple[int, str, str], ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]


def differences(a: Mapping[int, str], b: Mapping[int, str]) -> Differences:
    """The differences of two class maps. Placeholders such as class_0 stand for any name."""
    moved, spelled = [], []
    for i in sorted(a.keys() & b.keys()):
        if a[i] == b[i]:
            continue
        same = plain(a[i]) == plain(b[i])
        if same:
            spelled.append((i, a[i], b[i]))
        elif not (_placeholder(a[i]) ^ _placeholder(b[i])):
            moved.append((i, a[i], b[i]))
    return Differences(
        tuple(moved), tuple(spelled), tuple(sorted(a.keys() - b.keys())), tuple(sorted(b.keys() - a.keys()))
    )


def plain(name: str) -> str:
    """A name without case, accents, blanks and punctuation; the name itself if nothing remains."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in text if c.isalnum()) or text.strip()


def _placeholder(name: str) -> bool:
    return PLACEHOLDER.fullmatch(name.strip().lower()) is not None
