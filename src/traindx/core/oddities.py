"""Findings for oddities of files and folders: each one while they are few, one per folder when they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Place

EVERY_ONE = 200
"""Up to so many oddities each has its finding; beyond, each folder has one. A guess at what one reads."""


def of_kind(dataset: Dataset, kind: str) -> list[Oddity]:
    """The dataset's oddities of one kind."""
    return [oddity for oddity in dataset.oddities if oddity.kind == kind]


def oddity_findings(
    odd: list[Oddity], message: Callable[[Oddity], str], *, pictures: bool = False, setting: str | None = None
) -> Iterator[Finding]:
    """Findings with the place of each oddity; `pictures`: their paths are pictures; `setting` is the setting at fault."""
    folders: dict[str, list[Oddity]] = {}
    for oddity in odd:
        folders.setdefault(oddity.path.rpartition("/")[0], []).append(oddity)
    for same in folders.values():
        many = len(odd) > EVERY_ONE and len(same) > 1
        more = f" (and {len(same) - 1} more in this folder)" if many else ""
        for oddity in same[:1] if many else same:
            image = oddity.path if pictures else None
            place = Place(path=oddity.path, line=oddity.line or None, image=image, setting=setting)
            yield Finding(place, message(oddity) + more)


def settings_line(dataset: Dataset, key: str) -> int | None:
    """The line of the settings file where a key stands (`names`, or `names.3` for the name of id 3), if known."""
    return next((odd.line for odd in of_kind(dataset, "yaml-key") if odd.text == key), None)
