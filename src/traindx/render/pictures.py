"""A picture with its boxes as inline SVG: wrong boxes in another colour and dashed, tiny ones ringed, outside ones visible."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from markupsafe import Markup

from traindx.core.finding import Box, Picture
from traindx.render.svg import short, tag
from traindx.render.thumbnails import Thumbnail
from traindx.render.wording import count, one_line

TINY = 9.0
"""A wrong box narrower than this many drawn pixels gets a ring, so that it can be found."""

MARGIN = 0.25
"""How far the drawing reaches beyond the picture at most, as a share of its size, to show boxes that leave it."""

MOST_LABELS = 8


_TURNS = {
    2: "matrix(-1 0 0 1 {w} 0)",
    3: "matrix(-1 0 0 -1 {w} {h})",
    4: "matrix(1 0 0 -1 0 {h})",
    5: "matrix(0 1 1 0 0 0)",
    6: "matrix(0 1 -1 0 {h} 0)",
    7: "matrix(0 -1 -1 0 {h} {w})",
    8: "matrix(0 -1 1 0 0 {w})",
}
"""From stored pixels of a picture of w x h to the upright one, by EXIF orientation (CIPA DC-008, table "Orientation")."""


def picture_svg(picture: Picture, small: Thumbnail, *, each_label: bool = False) -> Markup:
    """The thumbnail with the boxes drawn to its scale; boxes with a corner that is not finite are only counted.

    Where boxes are too many to name each, and none is wrong, `each_label` names the first of each label.
    """
    ratio = small.width / small.full_width, small.height / small.full_height
    image = tag("image", href=small.address, width=small.width, height=small.height)
    return _drawn(picture, image, (small.width, small.height), ratio, describe(picture), each_label=each_label)


def turned_svg(picture: Picture, small: Thumbnail, *, shares: bool) -> Markup:
    """The same, turned as the EXIF orientation says, with the labels taken for the turned picture.

    `shares`: labels are shares of the picture, and are stretched with its new shape; else they are pixels.
    """
    w, h = small.width, small.height
    turn = _TURNS[small.orientation].format(w=w, h=h)
    size = (h, w) if small.orientation >= 5 else (w, h)
    ratio = w / small.full_width, h / small.full_height
    if shares:
        ratio = size[0] / small.full_width, size[1] / small.full_height
    elif small.orientation >= 5:
        ratio = ratio[1], ratio[0]
    image = tag("image", href=small.address, width=w, height=h, transform=turn)
    words = f"{describe(picture)}, turned as EXIF orientation {small.orientation} says"
    return _drawn(picture, image, size, ratio, words)


def _drawn(
    picture: Picture,
    image: Markup,
    size: tuple[int, int],
    ratio: tuple[float, float],
    words: str,
    *,
    each_label: bool = False,
) -> Markup:
    boxes = [_scaled(box, ratio) for box in picture.boxes if _drawable(box)]
    left, top, right, bottom = _frame(boxes, size)
    few: Iterable[int] = range(len(boxes)) if len(boxes) <= MOST_LABELS else ()
    if not few and each_label:
        few = _one_of_each(boxes)
    shown = {i for i, box in enumerate(boxes) if box.wrong} or set(few)
    parts = [tag("rect", x=left, y=top, width=right - left, height=bottom - top, class_="outside")]
    parts.append(image)
    parts += [_box(box) for box in sorted(boxes, key=lambda box: box.wrong)]
    parts += [_label(boxes[i], (left, top, right)) for i in sorted(shown)[:MOST_LABELS] if boxes[i].label]
    return tag(
        "svg",
        tag("title", words),
        *parts,
        viewBox=" ".join(map(short, (left, top, right - left, bottom - top))),
        width=right - left,
        role="img",
        aria_label=words,
        class_="picture",
    )


def file_name(picture: Picture) -> str:
    """The last part of the picture's path, whatever system it is from."""
    return one_line(re.split(r"[/\\]", picture.path)[-1])


def describe(picture: Picture) -> str:
    """The picture in words: its name, how many boxes it has, and which are wrong."""
    wrong = [box for box in picture.boxes if box.wrong]
    words = f"{file_name(picture)}, {count(len(picture.boxes), 'box', 'boxes')}"
    if wrong:
        names = ", ".join(one_line(box.label) for box in wrong[:3] if box.label)
        words += f", {len(wrong):,} wrong" + (f" ({names})" if names else "")
    lost = sum(not _drawable(box) for box in picture.boxes)
    return words + (f", {lost:,} without finite corners" if lost else "")


def _drawable(box: Box) -> bool:
    return all(map(math.isfinite, (box.x0, box.y0, box.x1, box.y1)))


def _one_of_each(boxes: list[Box]) -> list[int]:
    """The first box of each label, where there are several."""
    first = {box.label: i for i, box in reversed(list(enumerate(boxes)))}
    return list(first.values()) if len(first) > 1 else []


def _scaled(box: Box, ratio: tuple[float, float]) -> Box:
    x0, x1 = sorted((box.x0 * ratio[0], box.x1 * ratio[0]))
    y0, y1 = sorted((box.y0 * ratio[1], box.y1 * ratio[1]))
    return Box(x0, y0, x1, y1, box.label, box.wrong)


def _frame(boxes: list[Box], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """What is drawn: the picture, and as much around it as boxes need, up to `MARGIN`."""
    width, height = size
    x, y = width * MARGIN, height * MARGIN
    return (
        max(-x, min([0.0, *(box.x0 - 2 for box in boxes if box.x0 < 0)])),
        max(-y, min([0.0, *(box.y0 - 2 for box in boxes if box.y0 < 0)])),
        min(width + x, max([width, *(box.x1 + 2 for box in boxes if box.x1 > width)])),
        min(height + y, max([height, *(box.y1 + 2 for box in boxes if box.y1 > height)])),
    )


def _box(box: Box) -> Markup:
    x, y, width, height = box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0
    far = 4000.0  # no drawing is that wide; browsers draw huge numbers badly
    x, y, width, height = max(x, -far), max(y, -far), min(width, 2 * far), min(height, 2 * far)
    parts = [tag("rect", x=x, y=y, width=width, height=height, class_=c) for c in ("casing", "edge")]
    if box.wrong and min(width, height) < TINY:
        centre = {"cx": x + width / 2, "cy": y + height / 2, "r": max(width, height) / 2 + TINY}
        parts += [tag("circle", class_=c, **centre) for c in ("casing", "edge")]
    return tag("g", *parts, class_="box wrong" if box.wrong else "box")


def _label(box: Box, edges: tuple[float, float, float]) -> Markup:
    left, top, right = edges
    words = one_line(box.label)
    words = words if len(words) <= 40 else words[:39] + "…"
    x = max(left + 3, min(box.x0, right - 6.2 * len(words)))
    y = box.y0 - 5 if box.y0 - 14 > top else max(box.y0, top) + 13
    return tag("text", words, x=x, y=y, class_="wrong" if box.wrong else None)
