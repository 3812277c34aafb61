"""Faults of class folders (ImageFolder, YOLO classification): stray, missing and misnamed classes, leaks, swapped pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import folders, write
from bench.planted.scene import NAMES, encoded
from bench.planted.truth import Fault, Level, Plant, Source, Truth, Where
from PIL import ImageEnhance

LAYOUT, NAMED = ("wrong-dataset-layout",), ("class-map-mismatch",)
FOUR = NAMES[:4]


def _stray(name: str, inside: str, content: bytes | None, *causes: str) -> Plant:
    """A plant with one more folder beside the classes of train."""

    def plant(root: Path, source: Source) -> Truth:
        made = folders(root, source)
        body = made["train"]["disc"][0].jpeg() if content is None else content
        write(root / f"train/{name}/{inside}", body)
        return Truth(causes or LAYOUT, (Where(f"train/{name}", None, f"train/{name}/{inside}"),))

    return plant


def _renamed(split: str, old: str, new: str, *causes: str, level: Level = "error") -> Plant:
    def plant(root: Path, source: Source) -> Truth:
        folders(root, source)
        (root / split / old).rename(root / split / new)
        return Truth(causes, (Where(f"{split}/{new}"), Where(split)), level)

    return plant


def _two_spellings(root: Path, source: Source) -> Truth:
    """Part of a class lies in a folder of another case."""
    made = folders(root, source)
    for shot in made["train"]["ring"][:9]:
        (root / "train/Ring").mkdir(exist_ok=True)
        (root / f"train/ring/{shot.stem}.jpg").rename(root / f"train/Ring/{shot.stem}.jpg")
    return Truth((*NAMED, *LAYOUT), (Where("train/Ring"), Where("train/ring")))


def _val_without(root: Path, source: Source) -> Truth:
    made = folders(root, source)
    for shot in made["val"]["square"]:
        (root / f"val/square/{shot.stem}.jpg").unlink()
    (root / "val/square").rmdir()
    return Truth((*NAMED, "missing-class", *LAYOUT), (Where("val/square"), Where("val")))


def _empty_class(root: Path, source: Source) -> Truth:
    folders(root, source)
    (root / "train/empty_class").mkdir()
    return Truth((*LAYOUT, "missing-class"), (Where("train/empty_class"),), "warning")


def _too_high(root: Path, source: Source) -> Truth:
    """The data lie one level deeper than the folder that is given: two "classes", train and test sets of a wrapper."""
    folders(root / "shapes" / "data", source)
    return Truth((*LAYOUT,), (), says="folder")


def _flat(root: Path, source: Source) -> Truth:
    """train/ holds pictures and no class folder."""
    made = folders(root, source)
    for name, shots in made["train"].items():
        for shot in shots:
            (root / f"train/{name}/{shot.stem}.jpg").rename(root / f"train/{shot.stem}.jpg")
        (root / f"train/{name}").rmdir()
    return Truth((*LAYOUT, *NAMED, "missing-class"), (Where("train"),), says="class")


def _bad_file(change: Callable[[bytes], bytes]) -> Plant:
    def plant(root: Path, source: Source) -> Truth:
        made = folders(root, source)
        places = []
        for n in source.chosen(24, 0.2):
            path = f"train/triangle/{made['train']['triangle'][n].stem}.jpg"
            (root / path).write_bytes(change((root / path).read_bytes()))
            places.append(Where("", None, path))
        return Truth(("corrupt-images",), tuple(places))

    return plant


def _under_two_names(root: Path, source: Source) -> Truth:
    """The same file in two classes."""
    made = folders(root, source)
    places = []
    for n in source.chosen(24, 0.2):
        shot = made["train"]["disc"][n]
        write(root / f"train/square/x{shot.stem}.jpg", (root / f"train/disc/{shot.stem}.jpg").read_bytes())
        places.append(Where(f"train/disc/{shot.stem}.jpg", None, f"train/square/x{shot.stem}.jpg"))
    return Truth(("label-noise", "duplicate-entries"), tuple(places), "error" if source.dose == "some" else "warning")


def _leak(strength: float) -> Plant:
    def plant(root: Path, source: Source) -> Truth:
        made = folders(root, source)
        places = []
        for n in source.chosen(8, 0.5):
            for name in made["train"]:
                shot = made["train"][name][n]
                picture = ImageEnhance.Brightness(shot.picture).enhance(strength)
                path = f"val/{name}/y{n}_{source.rng.integers(10**6)}.jpg"
                content = shot.jpeg() if strength == 1 else encoded(picture, "JPEG", quality=70)
                write(root / path, content)
                places.append(Where(f"train/{name}/{shot.stem}.jpg", None, path))
        return Truth(("train-val-leakage",), tuple(places), "error" if source.dose == "some" else "warning")

    return plant


def _swapped(root: Path, source: Source) -> Truth:
    """A tenth of the pictures lie in a wrong class folder."""
    made = folders(root, source, counts={"train": 60, "val": 12})
    places = []
    for k, name in enumerate(FOUR):
        for shot in made["train"][name][:6]:
            path = f"train/{FOUR[(k + 1) % 4]}/{shot.stem}.jpg"
            (root / f"train/{name}/{shot.stem}.jpg").rename(root / path)
            places.append(Where("", None, path))
    return Truth(("label-noise",), tuple(places), "warning")


def _imbalance(root: Path, source: Source) -> Truth:
    folders(root, source, names=FOUR[:3], counts={"train": 12, "val": 10})
    more = Source(source.seed + 50, source.dose, source.grounds)
    folders(root, more, names=("disc",), counts={"train": 500}, side=48)
    return Truth(("class-imbalance",), (), "warning")


def _single_class(root: Path, source: Source) -> Truth:
    """One class folder alone: nothing to tell apart."""
    folders(root, source, names=("disc",))
    return Truth((*LAYOUT, "missing-class"), (), "warning", says="class")


def _dark_val(root: Path, source: Source) -> Truth:
    made = folders(root, source, counts={"train": 24, "val": 14})
    for name, shots in made["val"].items():
        for shot in shots:
            write(
                root / f"val/{name}/{shot.stem}.jpg",
                encoded(ImageEnhance.Brightness(shot.picture).enhance(0.35), "JPEG"),
            )
    return Truth(("train-val-shift",), (), "warning")


def _deep(root: Path, source: Source) -> Truth:
    """i11 in class folders: 16-bit pictures among ordinary ones."""
    made = folders(root, source)
    shot = made["train"]["ring"][0]
    (root / f"train/ring/{shot.stem}.jpg").unlink()
    deep = shot.picture.convert("L").convert("I").point(lambda v: v * 257).convert("I;16")
    write(root / f"train/ring/{shot.stem}.png", encoded(deep, "PNG"))
    return Truth(("unexpected-image-mode",), (Where("", None, f"train/ring/{shot.stem}.png"),), "warning")


HTML = b"<!DOCTYPE html><html><body>not found</body></html>"
BOTH = ("one", "some")
PLANTS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "l01-ipynb-checkpoints": (_stray(".ipynb_checkpoints", "disc-checkpoint.jpg", None), ("one",)),
    "l02-macosx": (_stray("__MACOSX", "._disc.jpg", b"\0\5\x16\7 Mac OS X"), ("one",)),
    "l03-stray-class": (_stray("new folder", "a.jpg", None, *LAYOUT, *NAMED), ("one",)),
    "l04-empty-class": (_empty_class, ("one",)),
    "l05-two-spellings": (_two_spellings, ("one",)),
    "l06-val-lacks-a-class": (_val_without, ("one",)),
    "l07-val-has-another-class": (_renamed("val", "square", "quad", *NAMED), ("one",)),
    "l08-val-in-another-case": (_renamed("val", "disc", "Disc", *NAMED), ("one",)),
    "l09-too-high": (_too_high, ("one",)),
    "l10-flat": (_flat, ("one",)),
    "l11-cut": (_bad_file(lambda data: data[: len(data) // 2]), BOTH),
    "l12-no-bytes": (_bad_file(lambda data: b""), BOTH),
    "l13-html": (_bad_file(lambda data: HTML), ("one",)),
    "l14-zeroed": (_bad_file(lambda d: d[: len(d) // 2] + bytes(900) + d[len(d) // 2 + 900 :]), ("one",)),
    "l15-same-file-in-two-classes": (_under_two_names, BOTH),
    "l16-leak": (_leak(1), BOTH),
    "l17-leak-re-encoded": (_leak(0.9), BOTH),
    "l18-wrong-folder": (_swapped, ("one",)),
    "l19-imbalance": (_imbalance, ("one",)),
    "l20-one-class": (_single_class, ("one",)),
    "l21-val-darker": (_dark_val, ("one",)),
    "l22-16-bit": (_deep, ("one",)),
}

FAULTS = tuple(Fault(name, "class folders", "imagefolder", plant, doses) for name, (plant, doses) in PLANTS.items())
