"""Faults of a Pascal VOC set: of its xml files, its lists and its pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import VOC_HEAD, splits_of, voc, voc_object, voc_xml, write
from bench.planted.scene import NAMES, Shot, Thing
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where


def _set(root: Path, source: Source) -> list[Shot]:
    return voc(root, splits_of(source, train=36, val=14))["train"]


def _xml(shot: Shot) -> str:
    return f"Annotations/{shot.stem}.xml"


def _text(change: Callable[[str, Shot], str], *causes: str, line: int | None = None, level: Level = "error") -> Plant:
    """A plant that changes the text of one annotation file, or of a share of them."""

    def plant(root: Path, source: Source) -> Truth:
        train = _set(root, source)
        places = []
        for n in source.chosen(len(train)):
            shot = train[n]
            write(root / _xml(shot), change(voc_xml(shot), shot))
            places.append(Where(_xml(shot), line, f"JPEGImages/{shot.stem}.jpg"))
        return Truth(causes, tuple(places), level)

    return plant


def _object(change: Callable[[Thing, tuple[int, int]], Thing], *causes: str, level: Level = "error") -> Plant:
    """A plant that changes the first object of a file."""

    def on_text(text: str, shot: Shot) -> str:
        first = shot.things[0]
        changed = change(first, shot.picture.size)
        return text.replace(voc_object(NAMES[first.kind], first), voc_object(NAMES[first.kind], changed), 1)

    return _text(on_text, *causes, line=VOC_HEAD + 1, level=level)


def _named(name: Callable[[str], str], *causes: str) -> Plant:
    def on_text(text: str, shot: Shot) -> str:
        own = NAMES[shot.things[0].kind]
        return text.replace(f"<name>{own}</name>", f"<name>{name(own)}</name>", 1)

    return _text(on_text, *causes, line=VOC_HEAD + 1, level="warning")


def _picture_gone(root: Path, source: Source) -> Truth:
    shot = _set(root, source)[source.chosen(36)[0]]
    (root / f"JPEGImages/{shot.stem}.jpg").unlink()
    return Truth(("missing-images", "orphan-labels"), (Where(_xml(shot), None, f"JPEGImages/{shot.stem}.jpg"),))


def _xml_gone(root: Path, source: Source) -> Truth:
    shot = _set(root, source)[source.chosen(36)[0]]
    (root / _xml(shot)).unlink()
    return Truth(("labels-not-found",), (Where(_xml(shot), None, f"JPEGImages/{shot.stem}.jpg"),))


def _orphan(root: Path, source: Source) -> Truth:
    train = _set(root, source)
    write(root / "Annotations/old_one.xml", voc_xml(train[0].named("old_one")))
    write(root / "ImageSets/Main/train.txt", "".join(f"{s.stem}\n" for s in train) + "old_one\n")
    return Truth(
        ("missing-images", "orphan-labels"), (Where("Annotations/old_one.xml", None, "JPEGImages/old_one.jpg"),)
    )


def _listed_in_both(root: Path, source: Source) -> Truth:
    train = _set(root, source)
    with (root / "ImageSets/Main/val.txt").open("a") as file:
        file.writelines(f"{shot.stem}\n" for shot in train[:5])
    return Truth(("train-val-leakage",), tuple(Where("", None, f"JPEGImages/{shot.stem}.jpg") for shot in train[:5]))


def _twice(text: str, shot: Shot) -> str:
    line = f"  {voc_object(NAMES[shot.things[0].kind], shot.things[0])}\n"
    return text.replace(line, line + line, 1)


def _drop(tag: str) -> Callable[[str, Shot], str]:
    def change(text: str, _: Shot) -> str:
        start, end = text.index(f"<{tag}>"), text.index(f"</{tag}>") + len(tag) + 3
        return text[:start] + text[end:]

    return change


def _swapped_size(text: str, shot: Shot) -> str:
    w, h = shot.picture.size
    return text.replace(f"<width>{w}</width><height>{h}</height>", f"<width>{h}</width><height>{w}</height>")


def _zero_size(text: str, shot: Shot) -> str:
    w, h = shot.picture.size
    return text.replace(f"<width>{w}</width><height>{h}</height>", "<width>0</width><height>0</height>")


def _corner(old: str, new: str) -> Callable[[str, Shot], str]:
    def change(text: str, shot: Shot) -> str:
        start = text.index(f"<{old}>") + len(old) + 2
        return text[:start] + new + text[text.index(f"</{old}>") :]

    return change


BAD, OUT = ("degenerate-boxes",), ("box-outside-image",)
PLANTS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "v01-corners-swapped": (_object(lambda t, _: Thing(t.kind, t.x1, t.y0, t.x0, t.y1), *BAD, "wrong-box-format"), ("one", "some")),
    "v02-no-width": (_object(lambda t, _: Thing(t.kind, t.x0, t.y0, t.x0, t.y1), *BAD), ("one", "some")),
    "v03-outside": (_object(lambda t, s: Thing(t.kind, t.x0, t.y0, s[0] + 40, t.y1), *OUT), ("one", "some")),
    "v04-size-swapped": (_text(_swapped_size, "wrong-recorded-size"), ("one", "some")),
    "v05-size-zero": (_text(_zero_size, "wrong-recorded-size", "malformed-labels", level="warning"), ("one",)),
    "v06-other-filename": (
        _text(lambda text, s: text.replace(f"{s.stem}.jpg", "other_picture.jpg"),
              "wrong-file-reference", level="warning"), ("one", "some")),
    "v07-xml-cut": (_text(lambda text, _: text[: len(text) // 2], "malformed-labels"), ("one", "some")),
    "v08-no-box": (_text(_drop("bndbox"), "malformed-labels", line=VOC_HEAD + 1), ("one",)),
    "v09-no-name": (_text(_drop("name"), "malformed-labels", line=VOC_HEAD + 1), ("one",)),
    "v10-corner-a-word": (_text(_corner("xmin", "left"), "malformed-labels", line=VOC_HEAD + 1), ("one",)),
    "v11-corner-nan": (_text(_corner("ymax", "nan"), *BAD, "malformed-labels", line=VOC_HEAD + 1), ("one",)),
    "v12-object-twice": (_text(_twice, "duplicate-labels", line=VOC_HEAD + 2, level="warning"), ("one", "some")),
    "v13-name-in-capitals": (_named(str.upper, "class-map-mismatch"), ("one", "some")),
    "v14-name-misspelt": (_named(lambda name: name[:-1] + "q", "class-map-mismatch", "class-imbalance", "missing-class"), ("one",)),
    "v15-picture-gone": (_picture_gone, ("one",)),
    "v16-xml-gone": (_xml_gone, ("one",)),
    "v17-xml-of-no-picture": (_orphan, ("one",)),
    "v18-listed-in-both": (_listed_in_both, ("one",)),
    "v19-empty-xml": (_text(lambda *_: "", "malformed-labels"), ("one",)),
    "v20-normalised": (
        _object(lambda t, s: Thing(t.kind, t.x0 / s[0], t.y0 / s[1], t.x1 / s[0], t.y1 / s[1]), "pixel-coordinates", *BAD,
                "wrong-box-format", "tiny-objects"), ("one",)),
}  # fmt: skip

FAULTS = tuple(Fault(name, "voc xml", "voc", plant, doses) for name, (plant, doses) in PLANTS.items())
