"""Curves as drawings: parsed as XML, looked at by their coordinates."""

from __future__ import annotations

import math
from xml.etree import ElementTree as Xml

from tests.render import examples
from traindx.core.finding import Curve, Line
from traindx.core.report import Arm, Trial
from traindx.render.figures import HEIGHT, WIDTH, curve_svg, describe, legend, trial_svg

NAN, INF = math.nan, math.inf


def drawn(text: str) -> Xml.Element:
    return Xml.fromstring(text)


def points(element: Xml.Element) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in str(element.get("points")).split()]
    return [(float(x), float(y)) for x, y in pairs]


def with_class(drawing: Xml.Element, name: str) -> list[Xml.Element]:
    return [e for e in drawing.iter() if name in str(e.get("class", "")).split()]


def test_a_line_breaks_where_a_value_is_missing_and_says_so() -> None:
    line = Line("a", (0, 1, 2, 3, 4, 5), (1, 2, NAN, 2, 1, INF))
    drawing = drawn(curve_svg(Curve("t", (line,))))
    assert [len(points(p)) for p in drawing.iter("polyline")] == [2, 2]
    assert [t.text for t in with_class(drawing, "missing")[0].iter("title")] == ["nan from 2 on", "inf from 5 on"]
    assert "2 values not finite" in describe(Curve("t", (line,)))


def test_a_value_that_log_cannot_show_is_marked_below() -> None:
    line = Line("a", (0, 1, 2), (10, 0, 100))
    drawing = drawn(curve_svg(Curve("t", (line,), log_y=True)))
    words = list(with_class(drawing, "missing")[0].iter("text"))
    assert [t.text for t in words] == ["0"]
    assert float(str(words[0].get("y"))) > HEIGHT / 2
    assert [len(points(p)) for p in drawing.iter("polyline")] == []
    assert len(list(drawing.iter("circle"))) == 2


def test_everything_is_drawn_within_the_frame() -> None:
    curve = Curve("t", (Line("a", tuple(range(500)), examples.diverging()[:500]),), onset=36, log_y=True)
    drawing = drawn(curve_svg(curve))
    for line in drawing.iter("polyline"):
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points(line))


def test_the_onset_stands_where_it_is() -> None:
    drawing = drawn(curve_svg(Curve("t", (Line("a", (0, 100), (1, 2)),), "epoch", onset=50)))
    mark = with_class(drawing, "onset")[0]
    line, words = mark.find("line"), mark.find("text")
    assert line is not None and words is not None
    ends = points(next(drawing.iter("polyline")))
    assert abs(float(str(line.get("x1"))) - (ends[0][0] + ends[1][0]) / 2) < 0.2
    assert words.text == "starts at epoch 50"


def test_a_log_scale_is_drawn_when_asked_and_named() -> None:
    line = Line("a", (0, 1, 2), (1, 100, 10_000))
    ys = [y for _, y in points(next(drawn(curve_svg(Curve("t", (line,), log_y=True))).iter("polyline")))]
    assert abs((ys[0] - ys[1]) - (ys[1] - ys[2])) < 0.2
    assert "(log scale)" in curve_svg(Curve("t", (line,), log_y=True))


def test_lines_differ_by_class_and_stand_in_the_legend() -> None:
    lines = tuple(Line(name, (0, 1), (0, i)) for i, name in enumerate(("train", "val")))
    drawing = drawn(curve_svg(Curve("t", lines)))
    assert [str(g.get("class")) for g in with_class(drawing, "series")] == ["series s0", "series s1"]
    assert "train" in legend([line.name for line in lines]) and legend(["one"]) == ""


def test_nothing_to_draw_is_said() -> None:
    assert "no value that can be drawn" in curve_svg(Curve("Loss", (Line("a", (0, 1), (NAN, INF)),)))
    assert "no value that can be drawn" in curve_svg(Curve("Loss", ()))


def test_a_long_line_stays_small() -> None:
    n = 200_000
    line = Line("a", tuple(map(float, range(n))), tuple(math.sin(i / 99) for i in range(n)))
    assert len(curve_svg(Curve("t", (line,)))) < 40_000


def test_a_trial_fills_the_span_between_its_seeds() -> None:
    arms = tuple(Arm("control", seed, 4, True, 0.0, 1.0, (2.0, 2.0 + seed, 2.0, 2.0)) for seed in (0, 1))
    drawing = drawn(trial_svg(Trial("confirmed", "t", "s", 0.1, 0.1, arms, 2.0)))
    area = points(with_class(drawing, "span")[0])
    assert len(area) == 8
    assert area[1][1] < area[6][1]  # the higher seed is drawn higher
    assert len(list(drawing.iter("polyline"))) == 2


def test_an_arm_that_explodes_leaves_the_scale_and_not_the_others_flat() -> None:
    arms = (
        Arm("control", 0, 5, True, -9.0, 1.0, (2.0, 3.0, 1e9, 1e20, INF)),
        Arm("undone", 0, 5, False, 0.9, 1.0, (2.0, 1.5, 1.0, 0.6, 0.4)),
    )
    text = trial_svg(Trial("confirmed", "t", "s", 0.1, 0.1, arms, 2.0))
    control, undone = (points(line) for line in drawn(text).iter("polyline"))
    assert len(control) == 3 and abs(control[-1][1] - min(y for _, y in control)) < 0.2
    assert undone[0][1] < undone[-1][1] - 60  # its fall is seen
    assert "off the scale" in text


def test_a_curve_over_many_powers_of_ten_is_drawn_on_a_log_scale_unasked() -> None:
    assert "(log scale)" in curve_svg(Curve("t", (Line("a", (0, 1, 2), (1, 2, 1e9)),)))
    assert "(log scale)" not in curve_svg(Curve("t", (Line("a", (0, 1, 2), (1, -2, 1e9)),)))
    assert "(log scale)" not in curve_svg(Curve("t", (Line("a", (0, 1, 2), (1, 2, 100)),)))


def test_the_x_of_a_trial_counts_steps_even_if_the_loss_was_thinned() -> None:
    arms = (Arm("control", 0, 100, True, 0.0, 1.0, (2.0, 1.0)), Arm("undone", 0, 100, False, 0.0, 1.0, (2.0,) * 100))
    drawing = drawn(trial_svg(Trial("refuted", "t", "s", 0.1, 0.1, arms, 2.0)))
    short, long = (points(p) for p in drawing.iter("polyline"))
    assert abs(short[1][0] - long[50][0]) < 0.2


def test_a_trial_without_losses_has_no_drawing() -> None:
    arms = (Arm("control", 0, 0, False, None, 1.0, failed="could not start"),)
    assert trial_svg(Trial("inconclusive", "t", "s", None, None, arms, 2.0)) == ""
