"""Reads Pascal VOC datasets: one xml per picture, classes by name, corners in pixels."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from traindx.core.dataset import Boxes, Dataset, Images, Pictures, Split
from traindx.scan.entry_rows import Entry, rows_of, shown
from traindx.scan.listing import PICTURE_SUFFIXES
from traindx.scan.nearby import find_elsewhere
from traindx.scan.pictures import images_of, objects
from traindx.scan.pixel_boxes import frames, missing_pictures, recorded_sizes, shares
from traindx.scan.voc_layout import Layout, Part, pictures_by_stem
from traindx.scan.voc_xml import VocXml, parse_voc

Measure = Callable[[Sequence[str]], Pictures]

MAX_XML_BYTES = 16_000_000
"""An xml above this is not read: a hundred thousand objects in one picture are no labels."""

LABEL_RULE = "the xml with the picture's name"


@dataclass(frozen=True)
class _Picture:
    """A picture of a split with its xml, by absolute path, and what that holds (None: not there)."""

    split: str
    path: str
    xml: str
    state: str
    held: VocXml


@dataclass(frozen=True)
class _Split:
    part: Part
    pictures: list[_Picture]
    orphans: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    problem: str | None = None


def read_voc(layout: Layout, measure: Measure) -> Dataset:
    """The dataset of the layout; `measure` looks at the pictures. Class ids are those of the sorted names."""
    root = str(layout.root)
    splits = [_split(part) for part in layout.parts]
    pictures = [picture for split in splits for picture in split.pictures]
    images = _images(root, pictures, measure)
    names = sorted({shown(o.name) for p in pictures for o in p.held.objects if o.name and o.name.strip()})
    return Dataset(
        root=root,
        source=str(layout.parts[0].listed or layout.parts[0].xmls),
        format="voc",
        task="detect",
        names=dict(enumerate(names)),
        splits=_merged(splits),
        images=images,
        boxes=_boxes(root, pictures, images, {name: i for i, name in enumerate(names)}),
        rows=rows_of([*_odd(root, pictures), *_sizes(root, pictures, images), *_listed_in_vain(root, splits, images)]),
        orphans=tuple((_relative(root, path), split.part.split) for split in splits for path in split.orphans),
        labels_elsewhere=find_elsewhere(root, [p.xml for p in pictures], [p.state for p in pictures]),
    )


def _split(part: Part) -> _Split:
    """The pictures of a part: those that its list names, or those that have an xml or lie in its own folders."""
    at = pictures_by_stem(part.pictures)
    xmls = {p.stem: str(p) for p in sorted(part.xmls.iterdir()) if p.suffix.lower() == ".xml" and p.name[0] != "."}
    lines: dict[str, int] = {}
    if part.listed is not None:
        lines = _listed(part.listed)
        chosen = list(lines)
    else:
        own = pictures_by_stem(part.own)
        chosen = list(dict.fromkeys([*(stem for stem in xmls if stem in at), *own]))
        if not any(stem in at for stem in xmls):
            chosen = list(xmls)
    orphans = [path for stem, path in xmls.items() if stem not in at and stem not in set(chosen)]
    place = part.pictures[0]
    lost = [stem for stem in chosen if stem not in at]
    problem = f"{part.listed or part.xmls} names no picture" if not chosen else None
    if chosen and len(lost) == len(chosen):
        looked = ", ".join(map(str, part.pictures[:4]))
        problem = (
            f"none of its {len(chosen):,} pictures is there, such as {chosen[0]}.jpg; looked in {looked}: give --images"
        )
    pictures = []
    for stem in sorted(chosen):
        xml = xmls.get(stem, str(part.xmls / f"{stem}.xml"))
        state, held = _read(xml) if stem in xmls else ("missing", VocXml())
        pictures.append(_Picture(part.split, at.get(stem, str(place / f"{stem}.jpg")), xml, state, held))
    return _Split(part, pictures, orphans, lines, problem)


def _listed(file: Path) -> dict[str, int]:
    """Names in a list, without folder and suffix, with their line. Only a line's first word counts: class lists add -1 or 1."""
    found: dict[str, int] = {}
    for n, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
        if words := line.split(maxsplit=1):
            name = words[0].replace("\\", "/").rpartition("/")[2]
            stem, _, suffix = name.rpartition(".")
            found.setdefault(stem if suffix.lower() in {*PICTURE_SUFFIXES, "xml"} else name, n)
    return found


def _read(path: str) -> tuple[str, VocXml]:
    """State and content of an xml."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_XML_BYTES:
            return "unreadable", VocXml()
        held = parse_voc(Path(path).read_bytes())
    except OSError:
        return "unreadable", VocXml()
    return "labelled" if held.objects or held.fault else "background", held


def _images(root: str, pictures: Sequence[_Picture], measure: Measure) -> Images:
    paths = list(dict.fromkeys(p.path for p in pictures))
    at = {path: i for i, path in enumerate(paths)}
    measured = measure(paths).take(np.array([at[p.path] for p in pictures], dtype=np.int64))
    sides = [[_side(p.held.width), _side(p.held.height)] for p in pictures]
    recorded = np.array(sides, dtype=np.int64).reshape(-1, 2)
    return images_of(
        measured,
        path=objects([_relative(root, p.path) for p in pictures]),
        split=objects([p.split for p in pictures]),
        label_path=objects([p.xml for p in pictures]),
        label_state=objects([p.state for p in pictures]),
        recorded_width=recorded[:, 0].copy(),
        recorded_height=recorded[:, 1].copy(),
    )


def _side(value: float | None) -> int:
    return int(value) if value is not None and 0 < value < 1 << 31 else 0


def _boxes(root: str, pictures: Sequence[_Picture], images: Images, number: dict[str, int]) -> Boxes:
    held = [(n, o) for n, p in enumerate(pictures) for o in p.held.objects if o.corners is not None and o.fault is None]
    image = np.array([n for n, _ in held], dtype=np.int64)
    corners = np.array([o.corners for _, o in held], dtype=np.float64).reshape(-1, 4)
    x0, y0, x1, y1 = corners.T
    paths = [_relative(root, p.xml) for p in pictures]
    return Boxes(
        image=image,
        label_path=objects([paths[n] for n, _ in held]),
        line=np.array([o.line for _, o in held], dtype=np.int64),
        class_id=np.array([number[shown(o.name)] for _, o in held], dtype=np.float64),
        id=np.full(len(held), -1, dtype=np.int64),
        **shares(frames(images, image, x1, y1), x0, y0, x1, y1),
    )


def _odd(root: str, pictures: Sequence[_Picture]) -> list[Entry]:
    """Xml that breaks off, objects that are no box, names of another picture, sizes that are none."""
    found = []
    for n, picture in enumerate(pictures):
        held, path = picture.held, _relative(root, picture.xml)
        if held.fault is not None:
            line, kind, reason = held.fault
            found.append(Entry(path, line, kind, reason, "", n))
        for item in held.objects:
            if item.fault is not None:
                named = f" ({shown(item.name)})" if item.name else ""
                found.append(Entry(path, item.line, item.fault[0], f"{item.fault[1]}{named}", "", n))
        own, named = Path(picture.xml).stem, held.filename.replace("\\", "/").rpartition("/")[2]
        if named and own not in (named, named.rpartition(".")[0]):
            reason = f"names the picture {shown(named)}, its own is {Path(picture.path).name}"
            found.append(Entry(path, held.filename_line, "wrong-reference", reason, shown(named), n))
        if (
            picture.state in ("labelled", "background")
            and held.fault is None
            and not (_side(held.width) and _side(held.height))
        ):
            written = f"{_word(held.width)}x{_word(held.height)}"
            found.append(Entry(path, held.size_line, "no-size", f"the recorded size is {written}", "", n))
    return found


def _word(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"


def _sizes(root: str, pictures: Sequence[_Picture], images: Images) -> list[Entry]:
    lines = np.array([p.held.size_line for p in pictures], dtype=np.int64)
    rows = recorded_sizes(images, np.arange(len(pictures)), lines)
    return [row._replace(label_path=_relative(root, row.label_path)) for row in rows]


def _listed_in_vain(root: str, splits: Sequence[_Split], images: Images) -> Iterator[Entry]:
    """Where a list names a picture that is not there."""
    first = 0
    for split in splits:
        of = np.arange(first, first + len(split.pictures))
        first += len(of)
        if split.part.listed is not None:
            lines = np.array([split.lines[Path(p.xml).stem] for p in split.pictures], dtype=np.int64)
            yield from missing_pictures(images, of, lines, _relative(root, str(split.part.listed)))


def _merged(splits: Sequence[_Split]) -> tuple[Split, ...]:
    """One split per name: two years of VOC have two parts of each."""
    found = []
    for name in dict.fromkeys(split.part.split for split in splits):
        own = [split for split in splits if split.part.split == name]
        found.append(
            Split(
                name=name,
                written=", ".join(str(s.part.listed or s.part.xmls) for s in own),
                resolved=", ".join(str(s.part.pictures[0]) for s in own),
                looked_in=", ".join(str(s.part.xmls) for s in own),
                label_rule=LABEL_RULE,
                problem="; ".join(s.problem for s in own if s.problem) or None,
            )
        )
    return tuple(found)


def _relative(root: str, path: str) -> str:
    return path[len(root) + 1 :] if path.startswith(root.rstrip(os.sep) + os.sep) else path
