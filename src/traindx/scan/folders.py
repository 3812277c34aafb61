"""Folders of a dataset, each listed once per scan, their names told apart by suffix: many at a time, for a million pictures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence


class Folders:
    """The names in folders as they were when first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, Sequence[str]]] = {}

    def by_suffix(self, folder: str) -> Mapping[str, Sequence[str]]:
        """All names by what follows their last dot (the whole name, where there is none). Raises `OSError`."""
        if folder not in self._known:
            self.know(folder, os.listdir(folder))  # noqa: PTH208 (a path object for each of a million names)
        return self._known[folder]

    def know(self, folder: str, names: Sequence[str]) -> None:
        """Keep the names of a folder that was listed already."""
        self._known[folder] = by_suffix(names)


def by_suffix(names: Sequence[str]) -> dict[str, Sequence[str]]:
    """Names by what follows their last dot (the whole name, where there is none), in their order."""
    if not names:
        return {}
    first = names[0].rpartition(".")[2]
    if ("/".join(names) + "/").count(f".{first}/") == len(names):  # the usual case, without a loop over the names
        return {first: names}
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition(".")[2], []).append(name)
    return {**found}
