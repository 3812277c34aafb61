"""Small sets with nothing wrong: so few pictures that chance alone looks like a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import coco, folders, plain_yolo, splits_of, voc, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot, Thing
from bench.planted.truth import Clean, Format, Source

MANY = tuple(f"thing {n}" for n in range(80))


def _sample(train: int, val: int, names: tuple[str, ...] = NAMES) -> Callable[[Path, Source], None]:
    """So many pictures, with the names of a larger set."""

    def draw(root: Path, source: Source) -> None:
        yolo(root, splits_of(source, train=train, val=val), names)

    return draw


def _lone_class(root: Path, source: Source) -> None:
    """Eight pictures with one object each, of one class."""
    splits = splits_of(source, train=6, val=2, most=1)
    yolo(root, {split: [_of(0, shot) for shot in shots] for split, shots in splits.items()}, ("shape",))


def _of(kind: int, shot: Shot) -> Shot:
    return Shot(shot.stem, shot.picture, tuple(Thing(kind, t.x0, t.y0, t.x1, t.y1) for t in shot.things))


def _val_is_test(root: Path, source: Source) -> None:
    """`test` is the same folder as `val`, as many templates have it."""
    plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(NAMES, test="images/val"))


def _test_links_to_val(root: Path, source: Source) -> None:
    """The folders of test are links to those of val."""
    plain_yolo(root, source)
    for folder in ("images", "labels"):
        (root / folder / "test").symlink_to(root / folder / "val", target_is_directory=True)
    write(root / "data.yaml", yaml_of(NAMES, test="images/test"))


def _coco_few(root: Path, source: Source) -> None:
    coco(root, splits_of(source, train=6, val=2)).save()


def _coco_alone(root: Path, source: Source) -> None:
    """One json, one picture."""
    coco(root, {"train": list(source.shots(1))}).save()


def _voc_few(root: Path, source: Source) -> None:
    voc(root, splits_of(source, train=6, val=2))


def _folders(train: int, val: int, kinds: int) -> Callable[[Path, Source], None]:
    def draw(root: Path, source: Source) -> None:
        names = (*NAMES, *(f"{name} b" for name in NAMES))[:kinds]
        folders(root, source, names=names, counts={"train": train, "val": val})

    return draw


def _few_backgrounds(root: Path, source: Source) -> None:
    """Ten pictures, three of them without objects: two empty label files, one that is not there."""
    made = plain_yolo(root, source, train=10, val=4)
    for n in range(3):
        write(root / made.image("train", n), _blurred(made.splits["train"][n]))
        made.relabel("train", n, [])
    (root / made.label("train", 2)).unlink()


def _blurred(shot: Shot) -> bytes:
    """The picture's ground alone: its objects are painted over by what is in its corner."""
    picture = shot.picture.copy()
    for t in shot.things:
        patch = picture.crop((0, 0, 12, 12)).resize((int(t.x1 - t.x0), int(t.y1 - t.y0)))
        picture.paste(patch, (int(t.x0), int(t.y0)))
    return Shot(shot.stem, picture, ()).jpeg()


SETS: dict[str, tuple[Format, Callable[[Path, Source], None]]] = {
    "yolo-one-and-one": ("yolo", _sample(1, 1)),
    "yolo-four-of-eighty": ("yolo", _sample(4, 4, MANY)),
    "yolo-eight": ("yolo", _sample(6, 2)),
    "yolo-eight-of-one-class": ("yolo", _lone_class),
    "yolo-ten-and-backgrounds": ("yolo", _few_backgrounds),
    "yolo-large-val": ("yolo", _sample(12, 40)),
    "yolo-val-is-test": ("yolo", _val_is_test),
    "yolo-test-links-to-val": ("yolo", _test_links_to_val),
    "coco-eight": ("coco", _coco_few),
    "coco-one": ("coco", _coco_alone),
    "voc-eight": ("voc", _voc_few),
    "folders-two-each": ("imagefolder", _folders(2, 2, 4)),
    "folders-one-each": ("imagefolder", _folders(1, 1, 12)),
    "folders-three-and-one": ("imagefolder", _folders(3, 1, 2)),
}

CLEAN = tuple(
    Clean(f"clean-small-{name}", kind, draw, "data.yaml" if kind == "yolo" else "")
    for name, (kind, draw) in SETS.items()
)
