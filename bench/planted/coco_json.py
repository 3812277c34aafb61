"""Faults of a COCO json (the thirty of the field's comparison, and some more)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.planted.layouts import Coco, coco, splits_of, write
from bench.planted.scene import NAMES
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where

Entry = dict[str, Any]
JSON = "annotations/instances_train.json"
MALFORMED = ("malformed-labels",)
ENTRIES = ("duplicate-entries",)


def _set(source: Source, root: Path) -> Coco:
    return coco(root, splits_of(source, train=30, val=12))


def _annotation(change: Callable[[Entry, Entry], None], *causes: str, level: Level = "error", says: str = "") -> Plant:
    """A plant that changes one annotation, or a share of them; it is given the annotation and its image."""

    def plant(root: Path, source: Source) -> Truth:
        made = _set(source, root)
        document = made.documents["train"]
        images = {image["id"]: image for image in document["images"]}
        chosen = [document["annotations"][n] for n in source.chosen(len(document["annotations"]))]
        names = [images[a["image_id"]]["file_name"] for a in chosen]
        for a in chosen:
            change(a, images[a["image_id"]])
        made.save()
        places = [_at(made, a, f"images/train/{name}") for a, name in zip(chosen, names, strict=True)]
        return Truth(causes, tuple(places), level, says=says)

    return plant


def _at(made: Coco, entry: Entry, image: str) -> Where:
    return Where(JSON, made.line_of(entry), image, f"annotation {entry.get('id')}")


def _image(change: Callable[[Entry], None], *causes: str, level: Level = "error") -> Plant:
    """A plant that changes one image's entry."""

    def plant(root: Path, source: Source) -> Truth:
        made = _set(source, root)
        images = made.documents["train"]["images"]
        chosen = [images[n] for n in source.chosen(len(images))]
        paths = [f"images/train/{entry['file_name']}" for entry in chosen]
        for entry in chosen:
            change(entry)
        made.save()
        places = [Where(JSON, made.line_of(e), path) for e, path in zip(chosen, paths, strict=True)]
        return Truth(causes, tuple(places), level)

    return plant


def _document(change: Callable[[Entry], Entry | None], *causes: str, level: Level = "error", says: str = "") -> Plant:
    """A plant that changes the document; what `change` returns is the entry at fault, if there is one."""

    def plant(root: Path, source: Source) -> Truth:
        made = _set(source, root)
        entry = change(made.documents["train"])
        made.save()
        line = made.line_of(entry) if entry is not None else None
        return Truth(causes, (Where(JSON, line),), level, says=says)

    return plant


def _same_annotation_id(document: Entry) -> Entry:
    a = document["annotations"]
    a[7]["id"] = a[2]["id"]
    return dict(a[7])


def _same_image_id(document: Entry) -> Entry:
    images = document["images"]
    images[5]["id"] = images[3]["id"]
    document["annotations"] = [a for a in document["annotations"] if a["image_id"] != 1005]
    return dict(images[5])


def _same_file(document: Entry) -> Entry:
    images = document["images"]
    images.append({**images[4], "id": 9999})
    document["annotations"].append({**document["annotations"][0], "id": 99999, "image_id": 9999})
    return dict(images[-1])


def _same_category_id(document: Entry) -> Entry:
    document["categories"][3]["id"] = document["categories"][2]["id"]
    document["annotations"] = [a for a in document["annotations"] if a["category_id"] != 4]
    return dict(document["categories"][3])


def _same_category_name(document: Entry) -> Entry:
    document["categories"][3]["name"] = document["categories"][2]["name"]
    return dict(document["categories"][3])


def _no_categories(document: Entry) -> None:
    del document["categories"]


def _no_annotations(document: Entry) -> None:
    del document["annotations"]


def _string_ids(document: Entry) -> None:
    for a in document["annotations"]:
        a["image_id"] = str(a["image_id"])


def _unused(document: Entry) -> Entry:
    document["categories"].append({"id": 7, "name": "star", "supercategory": "shape"})
    return dict(document["categories"][-1])


def _empty_image(document: Entry) -> Entry:
    image = document["images"][6]
    document["annotations"] = [a for a in document["annotations"] if a["image_id"] != image["id"]]
    return dict(image)


def _box_again(document: Entry) -> Entry:
    document["annotations"].append({**document["annotations"][3], "id": 88888})
    return dict(document["annotations"][-1])


def _swap(image: Entry) -> None:
    image["width"], image["height"] = image["height"], image["width"]


def _put(key: str, value: Any) -> Callable[[Entry, Entry], None]:
    return lambda annotation, image: annotation.__setitem__(key, value)


def _box(change: Callable[[list[float], Entry], list[Any]]) -> Callable[[Entry, Entry], None]:
    def to_annotation(a: Entry, image: Entry) -> None:
        a["bbox"] = change(list(a["bbox"]), image)
        a.pop("segmentation")
        if all(isinstance(v, (int, float)) and v == v for v in a["bbox"][2:]) and len(a["bbox"]) == 4:
            a["area"] = abs(a["bbox"][2] * a["bbox"][3])

    return to_annotation


def _run_lengths(a: Entry, image: Entry) -> None:
    a["segmentation"] = {
        "size": [image["width"], image["height"]],
        "counts": [0, 100, image["width"] * image["height"] - 100],
    }
    a["iscrowd"] = 1


def _gone(root: Path, source: Source) -> Truth:
    made = _set(source, root)
    made.save()
    chosen = source.chosen(30)
    for n in chosen:
        (root / f"images/train/{made.splits['train'][n].stem}.jpg").unlink()
    images = made.documents["train"]["images"]
    places = [Where(JSON, made.line_of(images[n]), f"images/train/{images[n]['file_name']}") for n in chosen]
    return Truth(("missing-images",), tuple(places))


def _other_ids_in_val(root: Path, source: Source) -> Truth:
    """Val numbers the categories in another order."""
    made = _set(source, root)
    for category in made.documents["val"]["categories"]:
        category["id"] = len(NAMES) + 1 - category["id"]
    made.save()
    return Truth(("class-map-mismatch",), (Where("annotations/instances_val.json"),))


def _cut(root: Path, source: Source) -> Truth:
    made = _set(source, root)
    made.save()
    text = (root / JSON).read_text()
    write(root / JSON, text[: len(text) * 2 // 3])
    return Truth(MALFORMED, (Where(JSON),), says="json")


def _normalised(root: Path, source: Source) -> Truth:
    """Every box of train is in shares of the picture."""
    made = _set(source, root)
    for a in made.documents["train"]["annotations"]:
        a["bbox"] = [round(v / s, 5) for v, s in zip(a["bbox"], (320, 240, 320, 240), strict=True)]
        a.pop("segmentation")
    made.save()
    return Truth(("pixel-coordinates", "wrong-box-format", "degenerate-boxes"), (Where(JSON),))


def _leak(root: Path, source: Source) -> Truth:
    splits = splits_of(source, train=30, val=12)
    splits["val"] = [*splits["val"][:6], *(s.named(f"copy_{s.stem}") for s in splits["train"][:6])]
    coco(root, splits).save()
    return Truth(("train-val-leakage",), tuple(Where("", None, f"images/val/{s.stem}.jpg") for s in splits["val"][6:]))


def _nan(root: Path, source: Source) -> Truth:
    truth = _annotation(_box(lambda b, _: [float("nan"), *b[1:]]), "degenerate-boxes", "malformed-labels")(root, source)
    json.loads((root / JSON).read_text())  # Python's json writes and reads NaN, though the standard has none
    return truth


PLANTS: dict[str, Plant] = {
    "c01-annotation-id-twice": _document(_same_annotation_id, *ENTRIES),
    "c02-image-id-twice": _document(_same_image_id, *ENTRIES),
    "c03-category-id-twice": _document(_same_category_id, *ENTRIES, "class-map-mismatch"),
    "c04-category-name-twice": _document(_same_category_name, *ENTRIES, "class-map-mismatch", level="warning"),
    "c05-unknown-image": _annotation(_put("image_id", 777777), "missing-images", "wrong-file-reference",
        "orphan-labels", *MALFORMED),
    "c06-unknown-category": _annotation(_put("category_id", 99), "class-id-out-of-range", "class-map-mismatch"),
    "c07-no-categories": _document(_no_categories, "class-map-mismatch", *MALFORMED, says="categories"),
    "c08-ids-as-strings": _document(_string_ids, *MALFORMED, "wrong-file-reference", "missing-images"),
    "c09-box-missing": _annotation(lambda a, _: a.pop("bbox"), *MALFORMED),
    "c10-box-of-three": _annotation(_box(lambda b, _: b[:3]), *MALFORMED),
    "c11-box-of-strings": _annotation(_box(lambda b, _: [str(v) for v in b]), *MALFORMED),
    "c12-box-nan": _nan,
    "c13-box-negative-width": _annotation(_box(lambda b, _: [*b[:2], -b[2], b[3]]), "degenerate-boxes"),
    "c14-box-zero-width": _annotation(_box(lambda b, _: [*b[:2], 0, b[3]]), "degenerate-boxes"),
    "c15-box-outside": _annotation(_box(lambda b, i: [i["width"] - 20, b[1], 120, b[3]]), "box-outside-image"),
    "c16-box-corners": _annotation(_box(lambda b, _: [b[0], b[1], b[0] + b[2], b[1] + b[3]]), "wrong-box-format"),
    "c17-box-normalised": _annotation(
        _box(lambda b, i: [round(v / (i["width"], i["height"])[k % 2], 5) for k, v in enumerate(b)]),
        "pixel-coordinates", "wrong-box-format", "degenerate-boxes", "tiny-objects"),
    "c17b-all-normalised": _normalised,
    "c18-area-wrong": _annotation(lambda a, _: a.__setitem__("area", a["area"] * 40), level="note"),
    "c19-size-swapped": _image(_swap, "wrong-recorded-size"),
    "c20-size-zero": _image(lambda i: i.update(width=0, height=0), "wrong-recorded-size", *MALFORMED),
    "c21-picture-missing": _gone,
    "c22-file-twice": _document(_same_file, *ENTRIES),
    "c23-box-twice": _document(_box_again, "duplicate-labels", level="warning"),
    "c24-image-without-annotation": _document(_empty_image, "too-many-backgrounds", level="count"),
    "c25-category-unused": _document(_unused, "missing-class", level="note"),
    "c26-polygon-odd": _annotation(lambda a, _: a["segmentation"][0].pop(), *MALFORMED),
    "c27-polygon-two-points": _annotation(_put("segmentation", [[10, 10, 40, 40]]), *MALFORMED,
        "degenerate-boxes", level="warning"),
    "c28-polygon-off-box": _annotation(
        lambda a, i: a["segmentation"].__setitem__(0, [(v + 150) % 240 for v in a["segmentation"][0]]), level="warning"),
    "c29-rle-size": _annotation(_run_lengths, "wrong-recorded-size", *MALFORMED, level="warning"),
    "c30-other-ids-in-val": _other_ids_in_val,
    "c31-json-cut": _cut,
    "c32-no-annotations-key": _document(_no_annotations, *MALFORMED, "labels-not-found", says="annotations"),
    "c33-leak": _leak,
}  # fmt: skip

SOME = ("c05", "c06", "c10", "c13", "c14", "c15", "c16", "c17-", "c19", "c21")

FAULTS = tuple(
    Fault(name, "coco json", "coco", plant, ("one", "some") if name.startswith(SOME) else ("one",))
    for name, plant in PLANTS.items()
)
