"""Subjects that the names of pictures tell: patients, clips, scenes; and names in which such a word is only followed by a count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from traindx.core.dataset import Dataset

WORDS = "patients?|subjects?|persons?|animal|specimen|slide|study|video|vid|clip|seq(?:uence)?|scene|session|flight|recording"
_SUBJECT = re.compile(rf"(?:^|(?<=[_\-. /]))(?:{WORDS})[_\-]?\d+(?=$|[_\-. /])", re.IGNORECASE)
_SPLIT = re.compile(r"(?:[^/]*[_-])?(?:train|valid|val|test|dev|eval)(?:ing|ation)?\d*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")

SEVERAL = 2.0
"""Mean pictures of a subject from which what stands before its word, numbers included, is taken to be a part of its name
(`2024-03-01_session1`); below it the numbers there count the pictures (`IMG_0012_patient3`). A guess."""


@dataclass(frozen=True)
class _Name:
    """A path without its split and suffix, cut at the word that means a group: `a/b_` before, `patient12`, `_3` behind."""

    before: str
    word: str
    behind: str

    @property
    def whole(self) -> str:
        return f"{self.before}{self.word}{self.behind}"

    @property
    def exact(self) -> str:
        """The subject, with all that stands before its word."""
        return f"{self.before}{self.word}"

    @property
    def loose(self) -> str:
        """The subject without the numbers that stand before its word in the file's name."""
        folder, slash, name = self.before.rpartition("/")
        return f"{folder}{slash}{_NUMBER.sub('', name)}{self.word}"


@dataclass(frozen=True)
class Subjects:
    """The subjects of pictures by index, of those that name one, and which of them have the whole name of one in train."""

    of: Mapping[int, str]
    again: frozenset[int]


def subjects_of(dataset: Dataset) -> Subjects:
    """The subjects of all pictures. A subject of one site, day or class folder is not that of another one."""
    images = dataset.images
    said = np.array([bool(_SUBJECT.search(shape)) for shape in images.shapes.every], dtype=bool)[images.shapes.of]
    names = {i: name for i in np.flatnonzero(said).tolist() if (name := _named(str(images.path[i]))) is not None}
    groups = Counter(name.exact for name in names.values())
    exact = bool(groups) and len(names) >= SEVERAL * len(groups)
    train = {name.whole for i, name in names.items() if images.split[i] == "train"}
    of = {i: name.exact if exact else name.loose for i, name in names.items()}
    return Subjects(of, frozenset(i for i, name in names.items() if name.whole in train))


def _named(path: str) -> _Name | None:
    folders, slash, file = path.replace("\\", "/").lower().rpartition("/")
    kept = "/".join(folder for folder in folders.split("/") if not _SPLIT.fullmatch(folder))
    whole = f"{kept}{slash}{file.rpartition('.')[0]}"
    found = _SUBJECT.search(whole)
    return _Name(whole[: found.start()], found[0], whole[found.end() :]) if found else None
