"""Faults between pictures and label files in a YOLO set: missing, orphaned, empty, misnamed; ids that do not fit the names."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.planted.layouts import Yolo, plain_yolo, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES
from bench.planted.truth import Fault, Source, Truth, Where

BOTH = ("one", "some")


def _each(made: Yolo, chosen: list[int]) -> tuple[Where, ...]:
    return tuple(Where(made.label("train", n), None, made.image("train", n)) for n in chosen)


def _without_label(root: Path, source: Source) -> Truth:
    """f31: a picture has no label file."""
    made = plain_yolo(root, source)
    chosen = source.chosen(len(made.splits["train"]))
    for n in chosen:
        (root / made.label("train", n)).unlink()
    return Truth(("labels-not-found",), _each(made, chosen), "note" if source.dose == "one" else "warning")


def _without_picture(root: Path, source: Source) -> Truth:
    """f32: a label file has no picture."""
    made = plain_yolo(root, source)
    chosen = source.chosen(len(made.splits["train"]))
    for n in chosen:
        (root / made.image("train", n)).unlink()
    return Truth(("orphan-labels",), tuple(Where(made.label("train", n)) for n in chosen), "warning")


def _empty(content: str) -> object:
    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        chosen = source.chosen(len(made.splits["train"]), 0.1)
        for n in chosen:
            (root / made.label("train", n)).write_text(content)
        return Truth(("too-many-backgrounds",), _each(made, chosen), "count", counted="background")

    return plant


def _backgrounds(root: Path, source: Source) -> Truth:
    """Nine pictures in ten have no object."""
    made = plain_yolo(root, source, train=160)
    for n in range(160):
        if n % 10:
            (root / made.label("train", n)).write_text("")
    return Truth(("too-many-backgrounds",), (), "warning")


def _case(root: Path, source: Source) -> Truth:
    """f34: the label's name differs from the picture's in case alone."""
    made = plain_yolo(root, source)
    chosen = source.chosen(len(made.splits["train"]))
    for n in chosen:
        label = root / made.label("train", n)
        label.rename(label.with_name(label.name.replace("pic_", "Pic_")))
    return Truth(("labels-not-found",), _each(made, chosen))


def _no_labels(folder: str) -> object:
    def plant(root: Path, source: Source) -> Truth:
        plain_yolo(root, source)
        target = folder.format(split="train")
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        (root / "labels/train").rename(root / target)
        return Truth(("labels-not-found",), ())

    return plant


def _all_in_one(root: Path, source: Source) -> Truth:
    """labels/ has no split folders though images/ has."""
    made = plain_yolo(root, source)
    for split in made.splits:
        for label in (root / f"labels/{split}").iterdir():
            label.rename(root / "labels" / label.name)
        (root / f"labels/{split}").rmdir()
    return Truth(("labels-not-found",), ())


def _other_suffix(root: Path, source: Source) -> Truth:
    """Label files end in .TXT."""
    made = plain_yolo(root, source)
    for n in range(len(made.splits["train"])):
        label = root / made.label("train", n)
        label.rename(label.with_suffix(".TXT"))
    return Truth(("labels-not-found",), ())


def _val_labels_gone(root: Path, source: Source) -> Truth:
    """Only val has no labels: training works, the metric stays at zero."""
    plain_yolo(root, source)
    shutil.rmtree(root / "labels/val")
    return Truth(("labels-not-found",), ())


def _shifted(root: Path, source: Source, names: tuple[str, ...], splits: tuple[str, ...] = ("train", "val")) -> Yolo:
    made = plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(names))
    for split in splits:
        for n in range(len(made.splits[split])):
            rows = [line.split(" ", 1) for line in made.lines(split, n)]
            made.relabel(split, n, [f"{int(kind) + 1} {rest}" for kind, rest in rows])
    return made


def _one_based(root: Path, source: Source) -> Truth:
    """Ids run 1..n and there are n names: the last one is out of range."""
    _shifted(root, source, NAMES)
    return Truth(("one-based-class-ids",), ())


def _one_based_with_room(root: Path, source: Source) -> Truth:
    """Ids run 1..n and there are n + 1 names: nothing fails, every name is wrong."""
    _shifted(root, source, (*NAMES, "star"))
    return Truth(("one-based-class-ids",), (), "warning")


def _two_conventions(root: Path, source: Source) -> Truth:
    """Train counts from 0, val from 1."""
    _shifted(root, source, (*NAMES, "star"), ("val",))
    return Truth(("one-based-class-ids", "class-map-mismatch"), (), "warning")


def _two_conventions_in_train(root: Path, source: Source) -> Truth:
    """A third of the train files counts from 1 (another annotator's export)."""
    made = plain_yolo(root, source)
    chosen = sorted(int(i) for i in source.rng.permutation(len(made.splits["train"]))[:16])
    places = []
    for n in chosen:
        rows = [line.split(" ", 1) for line in made.lines("train", n)]
        made.relabel("train", n, [f"{int(kind) + 1} {rest}" for kind, rest in rows])
        places += [Where(made.label("train", n), i + 1) for i, (kind, _) in enumerate(rows) if int(kind) == 5]
    return Truth(("one-based-class-ids", "class-id-out-of-range"), tuple(places))


def _swapped_classes(root: Path, source: Source) -> Truth:
    """In val two ids mean each other's class; classes.txt beside the labels says so."""
    made = plain_yolo(root, source)
    swap = {"0": "1", "1": "0"}
    for n in range(len(made.splits["val"])):
        rows = [line.split(" ", 1) for line in made.lines("val", n)]
        made.relabel("val", n, [f"{swap.get(kind, kind)} {rest}" for kind, rest in rows])
    write(root / "labels/train/classes.txt", "\n".join(NAMES))
    write(root / "labels/val/classes.txt", "\n".join((NAMES[1], NAMES[0], *NAMES[2:])))
    return Truth(("class-map-mismatch",), (Where("labels/val/classes.txt"),))


def _classes_txt(root: Path, source: Source) -> Truth:
    """classes.txt of the annotation tool has another order than data.yaml."""
    plain_yolo(root, source)
    write(root / "labels/train/classes.txt", "\n".join(reversed(NAMES)))
    return Truth(("class-map-mismatch",), (Where("labels/train/classes.txt"),), "warning")


def _orphaned_half(root: Path, source: Source) -> Truth:
    """Pictures were renamed after annotation: half of the labels have no picture, and the reverse."""
    made = yolo(root, splits_of(source))
    chosen = list(range(0, len(made.splits["train"]), 2))
    for n in chosen:
        picture = root / made.image("train", n)
        picture.rename(picture.with_name(f"renamed_{n:04d}.jpg"))
    images = tuple(Where(made.label("train", n)) for n in chosen)
    return Truth(("labels-not-found", "orphan-labels"), images)


PLANTS = {
    "f31-no-label": (_without_label, BOTH),
    "f31b-labels-elsewhere": (_no_labels("annotations/{split}"), ("one",)),
    "f31c-labels-in-Labels": (_no_labels("Labels/{split}"), ("one",)),
    "f31d-labels-beside": (_all_in_one, ("one",)),
    "f31e-labels-TXT": (_other_suffix, ("one",)),
    "f31f-val-labels-gone": (_val_labels_gone, ("one",)),
    "f32-no-picture": (_without_picture, BOTH),
    "f32b-renamed-half": (_orphaned_half, ("one",)),
    "f33-empty-label": (_empty(""), BOTH),
    "f33b-mostly-background": (_backgrounds, ("one",)),
    "f34-case": (_case, BOTH),
    "f37-blank-label": (_empty(" \n\n"), ("one",)),
    "n01-one-based": (_one_based, ("one",)),
    "n02-one-based-with-room": (_one_based_with_room, ("one",)),
    "n03-two-conventions": (_two_conventions, ("one",)),
    "n04-two-conventions-in-train": (_two_conventions_in_train, ("one",)),
    "n05-classes-swapped-in-val": (_swapped_classes, ("one",)),
    "n06-classes-txt": (_classes_txt, ("one",)),
}

FAULTS = tuple(Fault(name, "label files", "yolo", plant, doses, "data.yaml") for name, (plant, doses) in PLANTS.items())  # type: ignore[arg-type]
