"""YOLO sets with nothing wrong and something odd: whatever is reported at level error on them is a false alarm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.planted.label_rows import _polygon
from bench.planted.layouts import plain_yolo, row, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot, Thing, encoded
from bench.planted.splits import _frames, _only
from bench.planted.truth import Clean, Source
from PIL import Image

Text = Callable[[str], "str | bytes"]


def _plain(root: Path, source: Source) -> None:
    plain_yolo(root, source)


def _texts(change: Text) -> Callable[[Path, Source], None]:
    """Every label file of train written in another legal way."""

    def draw(root: Path, source: Source) -> None:
        made = plain_yolo(root, source)
        for n in range(len(made.splits["train"])):
            path = root / made.label("train", n)
            changed = change(path.read_text())
            path.write_bytes(changed.encode() if isinstance(changed, str) else changed)

    return draw


def _scientific(text: str) -> str:
    lines = [line.split() for line in text.splitlines()]
    return "".join(f"{kind} " + " ".join(f"{float(v):.5e}" for v in values) + "\n" for kind, *values in lines)


def _negative(root: Path, source: Source) -> None:
    """Centres and edges just outside the picture, within the one per cent that frameworks allow."""
    made = plain_yolo(root, source)
    for n in range(6):
        outside = "2 -0.005 0.5 0.009 0.1" if n % 2 else "2 0.045 0.5 0.1 0.2"
        made.relabel("train", n, [*made.lines("train", n), outside])


def _rounded(root: Path, source: Source) -> None:
    """Boxes that end at the edge, with the rounding of six digits: 1.0000005."""
    made = plain_yolo(root, source)
    for n in range(12):
        made.relabel("train", n, [*made.lines("train", n), "3 0.937501 0.500000 0.125001 0.250000"])


def _backgrounds(root: Path, source: Source) -> None:
    """A tenth of the pictures has no object: half of them with an empty file, half without one."""
    plain_yolo(root, source, train=80, val=20)
    empty = source.shots(8, part=3, most=1)
    for n, shot in enumerate(empty):
        bare = _only(shot, "train", n, lambda *_: False)
        write(root / f"images/train/{bare.stem}.jpg", bare.jpeg())
        if n % 2:
            write(root / f"labels/train/{bare.stem}.txt", "")


def _polygons(root: Path, source: Source) -> None:
    """A segmentation set: every row is a polygon."""
    made = plain_yolo(root, source)
    for split in made.splits:
        for n, shot in enumerate(made.splits[split]):
            made.relabel(split, n, [_polygon(t, shot.picture.size) for t in shot.things])


def _pose(root: Path, source: Source) -> None:
    """A pose set: kpt_shape says how many values follow the box."""
    made = plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(NAMES) + "kpt_shape: [2, 3]\nflip_idx: [1, 0]\n")
    for split in made.splits:
        for n, shot in enumerate(made.splits[split]):
            made.relabel(split, n, [_with_points(t, shot.picture.size) for t in shot.things])


def _with_points(t: Thing, size: tuple[int, int]) -> str:
    _, x, y, _, _ = row(t, size).split()
    return f"{row(t, size)} {x} {y} 2 0.000000 0.000000 0"


def _single(root: Path, source: Source) -> None:
    """One box per picture."""
    yolo(root, splits_of(source, train=60, val=20, most=1))


def _sizes(root: Path, source: Source) -> None:
    """Pictures of three cameras in both splits: 320 x 240, 240 x 320 and 640 x 480."""
    parts: dict[str, list[Shot]] = {"train": [], "val": []}
    for k, size in enumerate(((320, 240), (240, 320), (640, 480))):
        pool = source.shots(24, part=k, size=size)
        parts["train"] += pool[:17]
        parts["val"] += pool[17:]
    yolo(root, parts)


def _five_to_one(root: Path, source: Source) -> None:
    """A class five times as frequent as the rarest, in both splits."""
    splits = {
        split: [s for n, shot in enumerate(shots) if (s := _only(shot, split, n, _often)).things]
        for split, shots in splits_of(source, train=110, val=50).items()
    }
    yolo(root, splits)


def _often(split: str, n: int, t: Thing) -> bool:
    return t.kind < 3 or n % 5 == 0


def _videos(root: Path, source: Source) -> None:
    """Frames of videos, each video wholly in one split."""
    videos = _frames(source, 14, 5)
    yolo(root, {"train": [f for v in videos[:10] for f in v], "val": [f for v in videos[10:] for f in v]})


def _crowded(root: Path, source: Source) -> None:
    """Dense scenes: each picture is sixteen small ones side by side, with all their objects."""
    pool = source.shots(96, most=3)
    tiled = [_tiled(pool, n, source) for n in range(36)]
    yolo(root, {"train": tiled[:26], "val": tiled[26:]})


def _tiled(pool: tuple[Shot, ...], n: int, source: Source) -> Shot:
    picture, things = Image.new("RGB", (640, 480)), []
    for k, at in enumerate(source.rng.permutation(len(pool))[:16]):
        x, y = 160 * (k % 4), 120 * (k // 4)
        picture.paste(pool[at].picture.resize((160, 120)), (x, y))
        things += [Thing(t.kind, x + t.x0 / 2, y + t.y0 / 2, x + t.x1 / 2, y + t.y1 / 2) for t in pool[at].things]
    return Shot(f"{pool[n].stem}_tiled", picture, tuple(things))


def _upright(root: Path, source: Source) -> None:
    """EXIF says "turn" on half of the pictures, and the labels were drawn on the turned ones, as frameworks see them."""
    made = plain_yolo(root, source)
    for n in range(0, len(made.splits["train"]), 2):
        shot = made.splits["train"][n]
        exif = Image.Exif()
        exif[0x0112] = 6
        stored = shot.picture.transpose(Image.Transpose.ROTATE_90)
        write(root / made.image("train", n), encoded(stored, "JPEG", quality=88, exif=exif))


def _one_class(root: Path, source: Source) -> None:
    """A set of one class, as many detectors have."""
    splits = splits_of(source, train=60, val=20)
    for split, shots in splits.items():
        splits[split] = [
            Shot(s.stem, s.picture, tuple(Thing(0, t.x0, t.y0, t.x1, t.y1) for t in s.things)) for s in shots
        ]
    yolo(root, splits, ("shape",))


SETS: dict[str, Callable[[Path, Source], None]] = {
    "plain": _plain,
    "tabs": _texts(lambda text: text.replace(" ", "\t")),
    "byte-order-mark": _texts(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "crlf": _texts(lambda text: text.replace("\n", "\r\n").encode()),
    "scientific": _texts(_scientific),
    "blank-lines-and-no-last-feed": _texts(lambda text: "\n" + text.replace("\n", "  \n\n").rstrip()),
    "float-classes": _texts(lambda text: "".join(line.replace(" ", ".0 ", 1) + "\n" for line in text.splitlines())),
    "just-outside": _negative,
    "rounded-edges": _rounded,
    "backgrounds-tenth": _backgrounds,
    "polygons": _polygons,
    "pose": _pose,
    "one-box": _single,
    "three-cameras": _sizes,
    "five-to-one": _five_to_one,
    "videos-apart": _videos,
    "crowded": _crowded,
    "exif-labels-turned": _upright,
    "one-class": _one_class,
}

CLEAN = tuple(Clean(f"clean-yolo-{name}", "yolo", draw, "data.yaml") for name, draw in SETS.items())
