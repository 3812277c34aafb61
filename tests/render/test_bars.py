"""Bars as drawings and as words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from traindx.core.finding import Bars
from traindx.render.bars import MOST_ROWS, bars_svg, bars_table, describe, in_signs, is_histogram

CLASSES = Bars(
    "Boxes per class", ("red cell", "platelet"), (("train", (2382.0, 209.0)), ("val", (968.0, 0.0))), "boxes"
)
SIZES = Bars("Box sizes", ("< 4", "4–8", "8–16"), (("train", (1.0, 2.0, 1.0)), ("val", (10.0, 0.0, 30.0))), "boxes")


def rects(drawing: str) -> list[dict[str, float]]:
    """Position and size of every bar."""
    found = ElementTree.fromstring(drawing).iter("rect")
    return [{k: float(v) for k, v in r.attrib.items() if k != "class"} for r in found]


def test_names_are_rows_and_ranges_are_columns() -> None:
    assert not is_histogram(CLASSES)
    assert is_histogram(SIZES)
    assert not is_histogram(Bars("t", ("640 × 480", "800 × 600"), ()))


def test_a_row_is_as_long_as_its_number_and_says_it() -> None:
    drawn = rects(bars_svg(CLASSES))
    assert [round(drawn[i]["width"] / drawn[0]["width"], 2) for i in range(4)] == [1.0, 0.41, 0.09, 0.0]
    texts = [t.text for t in ElementTree.fromstring(bars_svg(CLASSES)).iter("text") if t.get("class") == "value"]
    assert texts == ["2382", "968", "209", "0"]


def test_splits_of_different_size_are_compared_by_share() -> None:
    drawn = rects(bars_svg(SIZES))
    heights = [round(r["height"], 1) for r in drawn]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)  # train: 1, 2, 1 of 4
    assert heights[3] == pytest.approx(heights[0], abs=0.2)  # val: 10 of 40 is as much as train's 1 of 4
    assert "share of the split" in bars_svg(SIZES)


def test_the_words_name_the_largest_bars_and_the_sum() -> None:
    assert describe(CLASSES).startswith("train: most at red cell 2382, platelet 209; 2591 in all")
    assert 'aria-label="Boxes per class. train: most at red cell' in bars_svg(CLASSES)


def test_the_table_holds_every_number() -> None:
    assert bars_table(CLASSES).rows == (("red cell", 2382.0, 968.0), ("platelet", 209.0, 0.0))


def test_nothing_to_draw_is_said() -> None:
    for empty in (Bars("t", (), ()), Bars("t", ("a",), (("s", (0.0,)),)), Bars("t", ("a",), (("s", (float("nan"),)),))):
        assert "nothing to draw" in bars_svg(empty)


def test_hostile_names_stay_text_and_many_rows_are_bounded() -> None:
    names = tuple(f"<script>{i}</script>" for i in range(500))
    drawing = bars_svg(Bars("<b>", names, (("<i>", tuple(float(i + 1) for i in range(500))),), "<u>"))
    assert "<script>" not in drawing and "<b>" not in drawing and "<i>" not in drawing
    assert len(rects(drawing)) == MOST_ROWS


def test_signs_of_a_terminal_grow_with_the_number() -> None:
    assert in_signs((0.0, 1.0, 4.0, 8.0, float("nan"))) == " ▂▅█ "
    assert in_signs((0.0, 0.0)) == "  "
