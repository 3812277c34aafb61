"""Lists the pictures of a YOLO split and says where their labels are looked for, by the rules of Ultralytics and YOLOv5."""

from __future__ import annotations

import os
import stat
from bisect import bisect_left as bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from traindx.core.dataset import Split
from traindx.scan.folders import Folders
from traindx.scan.near_path import meant
from traindx.scan.settings import SPLIT_KEYS, Settings

PICTURE_SUFFIXES = frozenset(
    ["avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpeg2000", "jpg", "mpo", "pfm", "png", "tif", "tiff", "webp"]
)  # ultralytics/data/utils.py, IMG_FORMATS

TOGETHER = 4096
"""Paths looked at as one text, which stays in the processor's cache."""

LABEL_RULE = "the last /images/ in a picture's path becomes /labels/, the suffix becomes .txt"


@dataclass(frozen=True)
class Entries:
    """Pictures of all splits as columns: the split's name, the picture, its folder and its label file; paths are absolute."""

    split: list[str]
    picture: list[str]
    folder: list[str]
    label: list[str]

    def __len__(self) -> int:
        return len(self.picture)


def entries_of(splits: Iterable[tuple[str, list[str]]]) -> Entries:
    """Columns from the pictures of each split, by its name."""
    found = Entries([], [], [], [])
    for split, pictures in splits:
        found.split.extend([split] * len(pictures))
        found.picture.extend(pictures)
        for start in range(0, len(pictures), TOGETHER):
            folders, labels = _folders_and_labels(pictures[start : start + TOGETHER])
            found.folder.extend(folders)
            found.label.extend(labels)
    return found


def folder_of(path: str) -> str:
    """The folder of a path, as text: ten times as fast as `Path.parent`, which counts for a million pictures."""
    return path.rpartition(os.sep)[0]


def name_of(path: str) -> str:
    """The last part of a path, as text."""
    return path.rpartition(os.sep)[2]


def label_path(picture: str) -> str:
    """The label file that trainers look for (`img2label_paths` in ultralytics/data/utils.py)."""
    before, images, after = picture.rpartition(f"{os.sep}images{os.sep}")
    path = f"{before}{os.sep}labels{os.sep}{after}" if images else picture
    return path.rpartition(".")[0] + ".txt"


def _folders_and_labels(pictures: Sequence[str]) -> tuple[list[str], list[str]]:
    """The folder and the label file of each picture; as one text where all lie in one folder and have one suffix."""
    folder, n = folder_of(pictures[0]), len(pictures)
    start, end = f"\n{folder}{os.sep}", f".{name_of(pictures[0]).rpartition('.')[2]}\n"
    text = "\n" + "\n".join(pictures) + "\n"
    alike = text.count("\n") == n + 1 and text.count(start) == n == text.count(end)
    if alike and text.count(os.sep) == n * start.count(os.sep):
        there = f"\n{folder_of(label_path(start[1:] + 'x.jpg'))}{os.sep}"
        return [folder] * n, text.replace(start, there).replace(end, ".txt\n")[1:-1].split("\n")
    return [folder_of(path) for path in pictures], [label_path(path) for path in pictures]


def list_split(key: str, settings: Settings, folders: Folders) -> tuple[Split | None, list[str]]:
    """A split of the settings with its pictures, sorted; None for one that is neither named nor required.

    The folders that are listed for it are kept in `folders`.
    """
    written = settings.values.get(key)
    if not written:
        other = next(
            (f"; it has `{k}`" for k in settings.values if key == "val" and str(k).lower().startswith("val")), ""
        )
        missing = Split(key, "", "", problem=f"{settings.file.name} has no key `{key}`, which training needs{other}")
        return (None if key == "test" or not settings.complete else missing), []
    parts = [written] if isinstance(written, str) else list(written)
    places = [_resolve(settings.root, part) for part in parts]
    pictures: list[str] = []
    problems = []
    for part, place in zip(parts, places, strict=True):
        try:
            if place.is_dir():
                for found in _walk(str(place), folders):
                    pictures += found
            elif place.is_file():
                pictures += [picture for _, picture in _listed(place, settings)]
            else:
                near = meant(part, place, (settings.root, settings.file.parent, settings.file.parent / ".."))
                problems.append(f"{place} does not exist{near}")
        except OSError as error:
            problems.append(f"{error.filename or place} cannot be read: {error.strerror or error}")
    if not pictures and not problems:
        problems.append(f"no picture in {', '.join(map(str, places))}")
    split = Split(
        name=key,
        written=", ".join(parts),
        resolved=", ".join(map(str, places)),
        looked_in=_looked_in(places, pictures),
        label_rule=f"{LABEL_RULE}; {settings.root_rule}",
        problem="; ".join(problems) or None,
    )
    return split, sorted(pictures)


def _resolve(root: Path, part: str) -> Path:
    """A split's path below the root; a leading ../ is dropped where only that leads to a file (Roboflow's exports)."""
    place = Path(os.path.normpath(root / part))
    if not place.exists() and part.startswith("../"):
        inside = Path(os.path.normpath(root / part[3:]))
        return inside if inside.exists() else place
    return place


def _walk(folder: str, folders: Folders) -> Iterator[list[str]]:
    """Pictures below a folder, by folder; hidden ones are left out, as by `glob`; links to folders are followed once."""
    entered, waiting = set(), [folder]
    while waiting:
        here = waiting.pop()
        real = os.path.realpath(here)
        if real in entered:
            continue
        entered.add(real)
        names, others = [], []
        with os.scandir(here) as items:
            for item in items:
                names.append(item.name)
                if not item.is_file(follow_symlinks=False):  # known from the listing, without asking for the file
                    others.append(item)
        names.sort()
        folders.know(here, names)
        left_out = {item.name for item in others if not _leads_to_picture(item)}
        waiting += [item.path for item in others if item.name in left_out and item.name[0] != "." and item.is_dir()]
        start = os.path.join(here, "")  # noqa: PTH118
        for suffix, same in folders.by_suffix(here).items():
            if suffix.lower() in PICTURE_SUFFIXES:
                first, last = bisect(same, "."), bisect(same, "/")  # between them stand those that begin with a dot
                seen = [*same[:first], *same[last:]]
                yield [start + name for name in (seen if not left_out else (n for n in seen if n not in left_out))]


def _leads_to_picture(item: os.DirEntry[str]) -> bool:
    """Whether a link leads to a file or nowhere; no folder, and no pipe, socket or device: opening it could wait for ever."""
    if item.name.rpartition(".")[2].lower() not in PICTURE_SUFFIXES:
        return False
    try:
        return stat.S_ISREG(item.stat().st_mode)
    except OSError:
        return True


def lines_of_lists(settings: Settings, wanted: AbstractSet[str]) -> dict[str, tuple[str, int]]:
    """The list and the line, counted from 1, that first name each of the wanted pictures, if a list names it."""
    found: dict[str, tuple[str, int]] = {}
    for key in SPLIT_KEYS if wanted else ():
        written = settings.values.get(key) or []
        places = [_resolve(settings.root, part) for part in ([written] if isinstance(written, str) else written)]
        for place in places:
            if place.is_file():
                for line, picture in _listed(place, settings):
                    if line and picture in wanted:
                        found.setdefault(picture, (str(place), line))
    return found


def _listed(file: Path, settings: Settings) -> Iterator[tuple[int, str]]:
    """Line and picture that a text file lists, or 0 and the file itself if it is a picture.

    `./` is the list's folder; other relative paths are taken from the working directory by the trainers, from the
    list's folder or the root where only that leads to a file.
    """
    if file.suffix[1:].lower() in PICTURE_SUFFIXES:
        yield 0, str(file)
        return
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        text = line.strip()
        if text.rpartition(".")[2].lower() not in PICTURE_SUFFIXES:
            continue
        places = (
            [file.parent / text]
            if text.startswith("./")
            else [settings.started / text, settings.root / text, file.parent / text]
        )
        places += (
            [file.parent / text.partition("/")[2]] if not settings.complete else []
        )  # CVAT: data/obj_train_data/a.jpg
        found = next((p for p in places if p.is_file()), places[min(1, len(places) - 1)])
        yield number, os.path.normpath(found)


def _looked_in(places: list[Path], pictures: list[str]) -> str:
    """The folder where labels are looked for: that of the split's folder, or of most of its pictures."""
    if len(places) == 1 and places[0].is_dir():
        return str(Path(label_path(str(places[0] / "x.jpg"))).parent)
    if not pictures:
        return ""
    return Counter(str(Path(label_path(p)).parent) for p in pictures).most_common(1)[0][0]
