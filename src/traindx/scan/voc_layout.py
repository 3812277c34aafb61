"""Finds the xml files, pictures and lists of a Pascal VOC dataset: VOC's own folders, split folders, xml beside pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from traindx.scan.coco_files import SPLIT_WORDS
from traindx.scan.folder_items import folders_in
from traindx.scan.listing import PICTURE_SUFFIXES

XML_FOLDERS = ("Annotations", "annotations", "Annotation", "annotation", "annots", "xml", "xmls", "labels")
PICTURE_FOLDERS = ("JPEGImages", "Images", "images", "JPEGImage", "img", "imgs", "pictures")
SPLITS = ("train", "val", "test")
LOOK = 20_000
"""Entries of a folder looked at for a first xml: of pictures and xml side by side every second one is. A guess."""

_ROOT = re.compile(rb"<annotation[\s>]")


@dataclass(frozen=True)
class Part:
    """One folder of xml files with the folders where its pictures may lie and the split's list, if there is one.

    `split` is train where neither a folder nor a list says it. Of the folders `own` every picture belongs to the part.
    """

    split: str
    xmls: Path
    pictures: tuple[Path, ...]
    own: tuple[Path, ...] = ()
    listed: Path | None = None


@dataclass(frozen=True)
class Layout:
    """A VOC dataset: its root and its parts. `xmls` and `pictures` of several parts may be the same folder."""

    root: Path
    parts: tuple[Part, ...] = field(default_factory=tuple)


def find_voc(folder: Path, pictures: str | None = None) -> Layout | None:
    """The layout of the VOC dataset in a folder, or None. `pictures` is looked in before the usual folders."""
    given = (Path(pictures).absolute(),) if pictures else ()
    parts = list(_parts(folder, given))
    if not parts:
        nested = [c for name in ("VOCdevkit", "VOC") if (c := folder / name).is_dir()] or [folder]
        for outer in nested:
            for child in folders_in(outer):
                if child.name.upper().startswith("VOC"):
                    parts += _parts(child, given)
    return Layout(folder, tuple(parts)) if parts else None


def _parts(folder: Path, given: tuple[Path, ...]) -> Iterator[Part]:
    """The parts of one VOC folder: one per list of ImageSets/Main, one per split folder, or one alone."""
    xmls = _xml_folder(folder)
    if xmls is None:
        for split, inner in _split_folders(folder):
            if (found := _xml_folder(inner)) is not None:
                beside = _of_split(folder, inner)
                own = beside or _own(inner, found)
                yield Part(split, found, (*given, *beside, *_picture_folders(inner, found)), () if given else own)
        return
    pictures = (*given, *_picture_folders(folder, xmls))
    main = folder / "ImageSets" / "Main"
    lists = [(s, f) for s in SPLITS if (f := main / f"{s}.txt").is_file()]
    lists = lists or [(s, f) for s in SPLITS if (f := folder / f"{s}.txt").is_file()]
    if lists:
        yield from (Part(split, xmls, pictures, listed=file) for split, file in lists)
    elif below := [(split, inner) for split, inner in _split_folders(xmls) if _first_xml(inner)]:
        for split, inner in below:
            beside = _of_split(folder, inner)
            yield Part(split, inner, (*given, *beside, *pictures), beside)
    else:
        yield Part("train", xmls, pictures, given or _own(folder, xmls))


def _own(folder: Path, xmls: Path) -> tuple[Path, ...]:
    """The usual picture folders, or where there is none the xml's folder."""
    usual = tuple(place for name in PICTURE_FOLDERS if (place := folder / name).is_dir())
    return usual or (xmls,)


def _split_folders(folder: Path) -> Iterator[tuple[str, Path]]:
    found = [(SPLIT_WORDS[c.name.lower()], c) for c in folders_in(folder) if c.name.lower() in SPLIT_WORDS]
    yield from sorted(found, key=lambda item: SPLITS.index(item[0]))


def _of_split(folder: Path, inner: Path) -> tuple[Path, ...]:
    """Folders of pictures named after a split: images/train beside annotations/train."""
    return tuple(place for name in PICTURE_FOLDERS if (place := folder / name / inner.name).is_dir())


def _xml_folder(folder: Path) -> Path | None:
    places = [folder / name for name in XML_FOLDERS]
    held = [place for place in places if place.is_dir()]
    for place in (*held, folder):
        first = _first_xml(place)
        if first is not None:
            return place
        if place in held and any(_first_xml(inner) for _, inner in _split_folders(place)):
            return place
    return None


def _first_xml(folder: Path) -> Path | None:
    """The first xml of a folder whose root is <annotation>."""
    with os.scandir(folder) as items:
        for n, item in enumerate(items):
            if n > LOOK:
                break
            named = item.name.lower().endswith(".xml") and not item.name.startswith(".")
            if named and item.is_file() and _is_annotation(Path(item.path)):
                return Path(item.path)
    return None


def _is_annotation(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return bool(_ROOT.search(file.read(4096).replace(b"\x00", b"")))
    except OSError:
        return False


def _picture_folders(folder: Path, xmls: Path) -> list[Path]:
    """Folders where pictures may lie: the usual ones beside, the folder itself, the xml's own.

    Of a folder that is called Annotations those beside it as well.
    """
    usual = [place for name in PICTURE_FOLDERS if (place := folder / name).is_dir()]
    above = [place for name in PICTURE_FOLDERS if (place := folder.parent / name).is_dir()]
    beside = above if folder.name in XML_FOLDERS else []
    return [*usual, *beside, folder, *([xmls] if xmls != folder else [])]


def pictures_by_stem(folders: tuple[Path, ...]) -> dict[str, str]:
    """Absolute paths of the pictures in the folders, and below those called like picture folders, by name without suffix.

    The first folder wins.
    """
    found: dict[str, str] = {}
    for folder in dict.fromkeys(folders):
        for path in _below(str(folder), deep=folder.name in PICTURE_FOLDERS or folder == folders[0]):
            stem, _, suffix = path.rpartition(os.sep)[2].rpartition(".")
            if suffix.lower() in PICTURE_SUFFIXES:
                found.setdefault(stem, path)
    return found


def _below(folder: str, *, deep: bool) -> Iterator[str]:
    """Files of a folder, sorted, with those of its subfolders after them if `deep`."""
    try:
        with os.scandir(folder) as items:
            entries = sorted(items, key=lambda item: item.name)
    except OSError:
        return
    yield from (item.path for item in entries if not item.name.startswith(".") and not item.is_dir())
    if deep:
        for item in entries:
            if item.is_dir(follow_symlinks=False) and not item.name.startswith("."):
                yield from _below(item.path, deep=True)
