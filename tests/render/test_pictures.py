"""Boxes over a picture, in the thumbnail's scale."""

from __future__ import annotations

import math
from xml.etree import ElementTree as Xml

from traindx.core.finding import Box, Picture
from traindx.render.pictures import describe, picture_svg
from traindx.render.thumbnails import Thumbnail

SMALL = Thumbnail("data:image/jpeg;base64,AAAA", 320, 240, 640, 480)


def drawing(*boxes: Box) -> Xml.Element:
    return Xml.fromstring(picture_svg(Picture("/a/b.jpg", boxes), SMALL))


def edges(svg: Xml.Element, tag: str = "rect") -> list[Xml.Element]:
    return [e for e in svg.iter(tag) if e.get("class") == "edge"]


def test_a_box_is_drawn_in_the_scale_of_the_thumbnail() -> None:
    rect = edges(drawing(Box(100, 40, 300, 80)))[0]
    assert [rect.get(k) for k in ("x", "y", "width", "height")] == ["50", "20", "100", "20"]


def test_a_box_that_leaves_the_picture_widens_the_drawing() -> None:
    assert drawing(Box(600, 400, 700, 500)).get("viewBox") == "0 0 352 252"
    assert drawing(Box(-9000, 0, 9000, 480)).get("viewBox") == "-80 0 480 240"
    assert drawing(Box(10, 10, 20, 20)).get("viewBox") == "0 0 320 240"


def test_a_wrong_box_without_area_is_ringed() -> None:
    assert len(edges(drawing(Box(100, 100, 100, 100, "", True)), "circle")) == 1
    assert len(edges(drawing(Box(100, 100, 100, 100)), "circle")) == 0


def test_corners_in_the_wrong_order_are_drawn_in_the_right_one() -> None:
    rect = edges(drawing(Box(300, 80, 100, 40)))[0]
    assert [rect.get(k) for k in ("x", "width")] == ["50", "100"]


def test_a_box_without_finite_corners_is_counted_and_not_drawn() -> None:
    box = Box(math.nan, 0, 5, math.inf, "cell", True)
    assert edges(drawing(box)) == []
    assert describe(Picture("/a/b.jpg", (box,))) == "b.jpg, 1 box, 1 wrong (cell), 1 without finite corners"


def test_wrong_boxes_are_labelled_first() -> None:
    many = [Box(i, i, i + 50, i + 50, f"box {i}") for i in range(20)]
    assert [t.text for t in drawing(*many).iter("text")] == []
    assert [t.text for t in drawing(*many, Box(0, 0, 90, 90, "here", True)).iter("text")] == ["here"]
    assert [t.text for t in drawing(*many[:2]).iter("text")] == ["box 0", "box 1"]
