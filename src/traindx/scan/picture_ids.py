"""Leads from what a predictions file calls a picture to the dataset's picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traindx.core.dataset import Dataset


class PictureIds:
    """Finds pictures by path, file name, stem, COCO id, or the stem as a number. A key that leads to several leads nowhere."""

    def __init__(self, dataset: Dataset) -> None:
        self._known: dict[str, int] = {}
        twice: set[str] = set()
        for i, path in enumerate(dataset.images.path.tolist()):
            for key in _keys(str(path)):
                if self._known.setdefault(key, i) != i and dataset.images.path[self._known[key]] != path:
                    twice.add(key)
        for key in twice:
            del self._known[key]
        self._by_number = {int(key): i for key, i in self._known.items() if key.isdecimal() and key.isascii()}
        self._by_coco = dict(_coco_ids(dataset))

    def index(self, key: Any) -> int:
        """The index of the picture that `key` names, -1 if there is none."""
        if isinstance(key, str):
            at = next((self._known[k] for k in _keys(key) if k in self._known), -1)
            return self.index(int(key)) if at < 0 and key.isdecimal() and key.isascii() else at
        if isinstance(key, (int, float)) and key == int(key):
            name = self._by_coco.get(int(key))
            return self.index(name) if name is not None else self._by_number.get(int(key), -1)
        return -1


def _keys(path: str) -> Iterator[str]:
    """The path, its name and its stem."""
    plain = path.replace("\\", "/").removeprefix("./")
    name = plain.rsplit("/", 1)[-1]
    yield plain
    yield name
    stem, dot, _ = name.rpartition(".")
    yield stem if dot else name


def _coco_ids(dataset: Dataset) -> Iterator[tuple[int, str]]:
    """COCO's ids of pictures and their file names, from the json that the dataset was read from."""
    if dataset.format != "coco":
        return
    source = Path(dataset.source)
    files = [source] if source.is_file() else sorted({*source.glob("*.json"), *source.glob("annotations/*.json")})
    for file in files:
        try:
            images = json.loads(file.read_text(encoding="utf-8")).get("images", [])
            for image in images:
                yield int(image["id"]), str(image["file_name"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue  # checks of entries say what is wrong with it
