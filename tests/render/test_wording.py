"""One spelling for numbers and words, and no character that a terminal or parser would stumble over."""

from __future__ import annotations

import math

import pytest

from traindx.core.finding import Place
from traindx.core.report import Outcome, Report
from traindx.render import wording


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "< 1 %"), (0.001, "< 1 %"), (0.5, "50 %"), (0.996, "> 99 %"), (1, "> 99 %"), (math.nan, "unknown")],
)
def test_a_probability_claims_no_false_certainty(share: float, words: str) -> None:
    assert wording.percent(share) == words


def test_numbers_are_short_and_non_finite_ones_are_words() -> None:
    values = (0.123456, 3.0, 12345678, 1e-9, math.inf, math.nan, None, "RBC", True)
    assert [wording.number(v) for v in values] == [
        *("0.1235", "3", "12345678", "1e-09", "inf", "nan", "none", "RBC", "True")
    ]


def test_weights_carry_their_sign() -> None:
    assert [wording.weight(w) for w in (4, -2.06, 0, -0.01)] == ["+4.0", "−2.1", "+0.0", "+0.0"]


def test_durations_are_told_in_the_units_of_people() -> None:
    seconds = (0.04, 9.96, 59, 200, 7500, math.nan)
    assert [wording.duration(s) for s in seconds] == ["0.0 s", "10.0 s", "59 s", "3 min 20 s", "2 h 5 min", "unknown"]


def test_control_characters_become_visible() -> None:
    assert wording.clean("a\x1b[31m\r\udcff\u202eb\tc\n") == "a\\x1b[31m\\r\\udcff\\u202eb\tc\n"
    assert wording.one_line(" a \n\t b ") == "a b"


def test_places_are_counted_where_they_are_too_many() -> None:
    three = [Place(f"{c}.txt", 1) for c in "abc"]
    assert wording.places(three, 2) == "a.txt:1; b.txt:1; … 1 more"
    assert wording.places(three, 3, total=1361) == "a.txt:1; b.txt:1; c.txt:1; … 1,358 more"
    assert wording.places([Place()], 3) == ""


def test_a_sentence_does_not_say_the_verdict_twice() -> None:
    assert wording.verdict(Report("healthy", (), (), {"sentence": "Healthy: loss 0.2"})) == ("Healthy", "loss 0.2")
    assert wording.verdict(Report("unclear", (), (), {"sentence": "Too early"})) == ("Unclear", "Too early")


def test_every_family_has_a_name() -> None:
    assert [wording.family(c) for c in ("D204", "D101", "T301", "X1")] == [
        *("Labels", "Pictures", "Training dynamics", "Others")
    ]


def test_meta_values_are_written_as_words() -> None:
    assert wording.value({"a": 1, "b": ["x", 2.5, None]}) == "a 1, b x 2.5 none"
    assert Outcome("D204", "n", "error", "passed").status in wording.CHECKS
