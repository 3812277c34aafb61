"""Sets for other tasks and of other pictures, with nothing wrong: rotated boxes, keypoints, 16 bits, many channels, huge tiles."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.planted.layouts import coco, folders, plain_yolo, row, splits_of, write, yaml_of, yolo
from bench.planted.scene import NAMES, Shot, Thing, encoded
from bench.planted.truth import Clean, Format, Source
from PIL import Image, ImageOps


def _oriented(root: Path, source: Source) -> None:
    """Rows of a class and four corners, turned."""
    made = plain_yolo(root, source)
    for split, shots in made.splits.items():
        for n, shot in enumerate(shots):
            made.relabel(split, n, [_turned(t, shot.picture.size, source) for t in shot.things])


def _turned(t: Thing, size: tuple[int, int], source: Source) -> str:
    angle = float(source.rng.uniform(-0.4, 0.4))
    cx, cy, w, h = (t.x0 + t.x1) / 2, (t.y0 + t.y1) / 2, 0.7 * (t.x1 - t.x0) / 2, 0.7 * (t.y1 - t.y0) / 2
    corners = []
    for dx, dy in ((-w, -h), (w, -h), (w, h), (-w, h)):
        x = cx + dx * math.cos(angle) - dy * math.sin(angle)
        y = cy + dx * math.sin(angle) + dy * math.cos(angle)
        corners += [min(max(x / size[0], 0), 1), min(max(y / size[1], 0), 1)]
    return f"{t.kind} " + " ".join(f"{v:.6f}" for v in corners)


def _outlines(root: Path, source: Source) -> None:
    """A segmentation set: polygons of 8 to 40 corners, a few of them with rows of boxes beside."""
    made = plain_yolo(root, source)
    for split, shots in made.splits.items():
        for n, shot in enumerate(shots):
            made.relabel(
                split, n, [_outline(t, shot.picture.size, 8 + (n * 7 + k) % 33) for k, t in enumerate(shot.things)]
            )


def _outline(t: Thing, size: tuple[int, int], corners: int) -> str:
    cx, cy, w, h = (t.x0 + t.x1) / 2, (t.y0 + t.y1) / 2, (t.x1 - t.x0) / 2, (t.y1 - t.y0) / 2
    turns = [2 * math.pi * k / corners for k in range(corners)]
    points = [((cx + w * math.cos(a)) / size[0], (cy + h * math.sin(a)) / size[1]) for a in turns]
    return f"{t.kind} " + " ".join(f"{x:.6f} {y:.6f}" for x, y in points)


def _person_pose(root: Path, source: Source) -> None:
    """Seventeen keypoints of x and y alone, for one class."""
    made = plain_yolo(root, source)
    write(root / "data.yaml", yaml_of(("person",)) + f"kpt_shape: [17, 2]\nflip_idx: {[16 - k for k in range(17)]}\n")
    for split, shots in made.splits.items():
        for n, shot in enumerate(shots):
            made.relabel(split, n, [_posed(t, shot.picture.size, source) for t in shot.things])


def _posed(t: Thing, size: tuple[int, int], source: Source) -> str:
    xs = source.rng.uniform(t.x0, t.x1, 17) / size[0]
    ys = source.rng.uniform(t.y0, t.y1, 17) / size[1]
    points = " ".join(f"{x:.5f} {y:.5f}" for x, y in zip(xs, ys, strict=True))
    return f"{row(t, size, kind=0)} {points}"


def _person_keypoints(root: Path, source: Source) -> None:
    """COCO keypoints: some objects have none, crowds are run lengths, the category says its skeleton."""
    made = coco(root, splits_of(source))
    for split, document in made.documents.items():
        points = [f"point{k}" for k in range(5)]
        document["categories"] = [{"id": 1, "name": "person", "keypoints": points, "skeleton": [[1, 2], [2, 3]]}]
        for n, a in enumerate(document["annotations"]):
            x, y, w, h = a["bbox"]
            seen = [] if n % 4 == 0 else [x + w / 2, y + h / 2, 2, x + 1, y + 1, 1]
            a |= {"category_id": 1, "keypoints": seen + [0] * (15 - len(seen)), "num_keypoints": len(seen) // 3}
        write(root / f"annotations/person_keypoints_{split}.json", json.dumps(document))


def _tiff(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "TIFF")
    return out.getvalue()


def _recoded(code: Callable[[Shot], bytes], suffix: str, **keys: str) -> Callable[[Path, Source], None]:
    """The ordinary set with every picture in another file format."""

    def draw(root: Path, source: Source) -> None:
        made = plain_yolo(root, source)
        write(root / "data.yaml", yaml_of(NAMES, **keys))
        for split, shots in made.splits.items():
            for n, shot in enumerate(shots):
                old = root / made.image(split, n)
                old.unlink()
                write(old.with_suffix(suffix), code(shot))

    return draw


def _deep(shot: Shot) -> bytes:
    """Grey of 16 bits that uses its range, as radiographs are exported."""
    grey = np.asarray(ImageOps.grayscale(shot.picture)).astype(np.uint16)
    return encoded(Image.fromarray(grey * 257), "PNG")


def _channels(shot: Shot) -> bytes:
    """Five planes of a multi-spectral camera as pages of one TIFF."""
    grey = np.asarray(ImageOps.grayscale(shot.picture))
    pages = [Image.fromarray(np.roll(grey, 3 * k, axis=1)) for k in range(5)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def _progressive(shot: Shot) -> bytes:
    return shot.jpeg(progressive=True, subsampling=0)


def _restarts(shot: Shot) -> bytes:
    return shot.jpeg(restart_marker_blocks=2, subsampling=1, optimize=True)


def _huge(root: Path, source: Source) -> None:
    """Satellite tiles of 60 million pixels whose objects are small on them."""
    shots = source.shots(4)
    tiles = {}
    for split, own in (("train", shots[:3]), ("val", shots[3:])):
        tiles[split] = [Shot(s.stem, s.picture.resize((9600, 6400)), _scaled(s)) for s in own]
    yolo(root, tiles)


def _scaled(shot: Shot) -> tuple[Thing, ...]:
    x, y = 9600 / shot.picture.width, 6400 / shot.picture.height
    return tuple(Thing(t.kind, x * t.x0, y * t.y0, x * t.x0 + 90, y * t.y0 + 70) for t in shot.things)


def _two_cameras(root: Path, source: Source) -> None:
    """A colour camera and a thermal one, whose pictures are grey, in both splits."""
    made = plain_yolo(root, source)
    for split, shots in made.splits.items():
        for n, shot in enumerate(shots):
            if n % 3 == 0:
                write(root / made.image(split, n), encoded(ImageOps.grayscale(shot.picture), "JPEG", quality=90))


def _folders_deep(root: Path, source: Source) -> None:
    """Class folders of grey PNG with 16 bits."""
    for split, classes in folders(root, source).items():
        for name, shots in classes.items():
            for shot in shots:
                (root / f"{split}/{name}/{shot.stem}.jpg").unlink()
                write(root / f"{split}/{name}/{shot.stem}.png", _deep(shot))


SETS: dict[str, tuple[Format, Callable[[Path, Source], None]]] = {
    "oriented": ("yolo", _oriented),
    "outlines": ("yolo", _outlines),
    "pose-17-by-2": ("yolo", _person_pose),
    "coco-keypoints": ("coco", _person_keypoints),
    "grey-16-bits": ("yolo", _recoded(_deep, ".png")),
    "spectral-tiff": ("yolo", _recoded(_channels, ".tiff", channels="5")),
    "tiff": ("yolo", _recoded(lambda s: _tiff(np.asarray(s.picture)), ".tif")),
    "bmp": ("yolo", _recoded(lambda s: encoded(s.picture, "BMP"), ".bmp")),
    "palette": ("yolo", _recoded(lambda s: encoded(s.picture.quantize(64, Image.Quantize.FASTOCTREE), "PNG"), ".png")),
    "progressive": ("yolo", _recoded(_progressive, ".jpg")),
    "restart-markers": ("yolo", _recoded(_restarts, ".jpg")),
    "quality-12": ("yolo", _recoded(lambda s: s.jpeg(quality=12), ".jpg")),
    "huge-tiles": ("yolo", _huge),
    "colour-and-thermal": ("yolo", _two_cameras),
    "folders-16-bits": ("imagefolder", _folders_deep),
}

CLEAN = tuple(
    Clean(f"clean-task-{name}", kind, draw, "data.yaml" if kind == "yolo" else "")
    for name, (kind, draw) in SETS.items()
)
