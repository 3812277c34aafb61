"""Which frame boxes fit: the map of each EXIF orientation, and pictures with objects under their boxes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.scan.drawn import write
from tests.scan.test_appearance import scene
from tests.scan.test_header import turned
from traindx.scan import scan
from traindx.scan.frames import LAYOUTS, compared, laid

SIZE = (320, 200)
BOXES = np.array([[0.2, 0.3, 0.14, 0.3], [0.7, 0.2, 0.2, 0.16], [0.45, 0.75, 0.1, 0.2]])


def objects(seed: int = 0) -> Image.Image:
    """A scene with a dark object under every box."""
    picture = scene(seed, SIZE)
    for x, y, w, h in BOXES * [*SIZE, *SIZE]:
        picture.paste((20, 20, 30), (int(x - w / 2), int(y - h / 2), int(x + w / 2), int(y + h / 2)))
    return picture


def shown(boxes: np.ndarray[tuple[int, int], np.dtype[np.float64]], orientation: int) -> np.ndarray:
    """Boxes of the stored frame in the turned one: the orientation whose map undoes the other's."""
    back = {6: 8, 8: 6}.get(orientation, orientation)
    return laid(boxes, back)


@pytest.mark.parametrize("orientation", LAYOUTS)
def test_a_point_of_the_turned_frame_lies_where_pillow_puts_it(orientation: int) -> None:
    stored = np.zeros((4, 6), np.uint8)
    stored[1, 4] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    Image.fromarray(stored).save(out, "PNG", exif=exif)
    seen = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue()))))
    (row,), (column,) = np.nonzero(seen)
    x, y = (column + 0.5) / seen.shape[1], (row + 0.5) / seen.shape[0]
    assert LAYOUTS[orientation](np.array(x), np.array(y)) == pytest.approx(((4 + 0.5) / 6, (1 + 0.5) / 4))


@pytest.mark.parametrize("orientation", [o for o in LAYOUTS if o > 1])
def test_boxes_are_told_to_fit_the_frame_they_were_drawn_in(orientation: int) -> None:
    pixels = np.asarray(objects())
    in_turned = shown(BOXES, orientation)
    assert compared(pixels, BOXES, BOXES, orientation) < -3
    assert compared(pixels, in_turned, in_turned, orientation) > 3


def test_boxes_over_nothing_decide_nothing() -> None:
    rng = np.random.default_rng(0)
    scores = [compared(np.asarray(scene(n, SIZE)), rng.uniform(0.2, 0.4, (3, 4)), BOXES, 6) for n in range(20)]
    assert abs(float(np.mean(scores))) < 1.5


def dataset(root: Path, labels: str) -> Path:
    """A YOLO set of one upright picture and three that EXIF turns, with labels in one of both frames."""
    for n, orientation in enumerate((1, 6, 8, 3)):
        exif = {"exif": turned(orientation)} if orientation > 1 else {}
        out = io.BytesIO()
        objects(n).save(out, "JPEG", quality=90, **exif)
        write(root / "images" / f"{n}.jpg", out.getvalue())
        boxes = BOXES if labels == "stored" else shown(BOXES, orientation)
        rows = "".join(f"0 {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for x, y, w, h in boxes)
        write(root / "labels" / f"{n}.txt", rows)
    return write(root / "data.yaml", "path: .\ntrain: images\nval: images\nnames: [a]\n")


@pytest.mark.parametrize(("labels", "sign"), [("stored", -1), ("turned", 1)])
def test_a_scan_scores_the_turned_pictures_and_no_others(tmp_path: Path, labels: str, sign: int) -> None:
    facts = scan(dataset(tmp_path, labels))
    scored = {str(facts.images.path[i]) for i in facts.turned}
    assert scored == {"images/1.jpg", "images/2.jpg", "images/3.jpg"}
    assert all(sign * score > 3 for score in facts.turned.values())


@pytest.mark.parametrize("recorded", ["stored", "turned"])
@pytest.mark.parametrize(("labels", "sign"), [("stored", -1), ("turned", 1)])
def test_pixels_of_a_json_are_laid_over_both_frames(tmp_path: Path, labels: str, sign: int, recorded: str) -> None:
    out = io.BytesIO()
    objects().save(out, "JPEG", quality=90, exif=turned(6))
    write(tmp_path / "train/a.jpg", out.getvalue())
    boxes, sides = (BOXES, SIZE) if labels == "stored" else (shown(BOXES, 6), SIZE[::-1])
    corners = [[(x - w / 2) * sides[0], (y - h / 2) * sides[1], w * sides[0], h * sides[1]] for x, y, w, h in boxes]
    width, height = SIZE if recorded == "stored" else SIZE[::-1]
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": width, "height": height}],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1, "bbox": box, "area": 1.0, "iscrowd": 0}
            for n, box in enumerate(corners)
        ],
        "categories": [{"id": 1, "name": "a"}],
    }
    write(tmp_path / "annotations/instances_train.json", json.dumps(document))
    assert sign * scan(tmp_path).turned[0] > 3
