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


def split_path(dataset: Dataset, split: str) -> str | None:
    """The folder or list of a split relative to the root, where it has one alone."""
    places = [found.resolved for found in dataset.splits if found.name == split]
    if len(places) != 1 or not places[0] or ", " in places[0]:
        return None
    return places[0].removeprefix(dataset.root.rstrip("/") + "/")
