"""What was examined, in words."""

from __future__ import annotations

from tests.render.examples.data import contents as example
from traindx.core.finding import Bars, Table
from traindx.core.report import Report
from traindx.render.contents import bars_lines, contents, in_line, in_lines
from traindx.render.text import text


def test_one_line_says_how_much_there_is() -> None:
    assert in_line(contents(example())) == "364 pictures, 1 box, 3 classes; train 205, val 87"
    assert in_line(contents(())) == ""


def test_where_a_split_leads_and_what_became_of_its_labels() -> None:
    lines = "\n".join(in_lines(contents(example()), 100))
    assert "train: images/train" in lines
    assert "/data/labels/train  203 with labels, 2 without objects" in lines


def test_a_table_that_is_no_splits_stays_a_table() -> None:
    other = Table("Anchors", ("w", "h"), ((1, 2),))
    found = contents((*example(), other))
    assert found.tables == (other,) and [leads.name for leads in found.leads] == ["train", "val"]


def test_bars_are_as_wide_as_asked_at_most() -> None:
    bars = Bars("Boxes per class", tuple("abc"), (("train", (1.0, 5.0, 2.0)), ("val", (0.0, 1.0, 0.0))), "boxes")
    assert bars_lines(bars, 60)[1:] == ["  train  ▂█▄  b 5, c 2, a 1", "  val     █   b 1, a 0, c 0"]
    assert max(map(len, bars_lines(bars, 20))) <= 20


def test_the_terminal_says_it_in_one_line_and_in_full_with_verbose() -> None:
    report = Report("healthy", (), (), {}, example())
    assert "  364 pictures, 1 box, 3 classes; train 205, val 87\n" in text(report)
    assert "Boxes per class and split" in text(report, verbose=True) and "█" in text(report, verbose=True)
    assert "#" in text(report, verbose=True, encoding="ascii") or "@" in text(report, verbose=True, encoding="ascii")
