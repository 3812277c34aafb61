"""Rows that are no box: which are put right, which only by a guess, which not at all."""

from __future__ import annotations

import pytest

from traindx.repair.row_text import corrected

NAMES = {0: "cat", 1: "dog"}
BOX = "0 0.5 0.5 0.1 0.1"


@pytest.mark.parametrize(
    "row",
    [
        "0 0,5 0,5 0,1 0,1",
        "0,0.5,0.5,0.1,0.1",
        "0;0.5;0.5;0.1;0.1",
        "0;0,5;0,5;0,1;0,1",
        "0, 0.5, 0.5, 0.1, 0.1",
        "0 0.5 0.5 0.1 0.1 # a cat",
        "0 0.5 0.5 0.1 0.1 // a cat",
        "\ufeff0 0.5 0.5 0.1 0.1",
        "0\xa00.5 0.5 0.1 0.1",
        "[0, 0.5, 0.5, 0.1, 0.1]",
        "cat 0.5 0.5 0.1 0.1",
    ],
)
def test_a_row_whose_meaning_is_beyond_doubt_is_put_right_safely(row: str) -> None:
    after = corrected(row, NAMES)
    assert (after.text, after.safe) == (BOX, True)


@pytest.mark.parametrize(
    ("row", "after"),
    [
        ("0 0.5 0.5 0.1 0.1 0.93", BOX),
        ("0 0.5 0.5 0.1 0.1 é", BOX),
        ("1 0.2 0.2 0.6 0.2 0.6 0.4", "1 0.4 0.3 0.4 0.2"),
        ("0 0.5 0.5 0.1", None),
        ("horse 0.5 0.5 0.1 0.1", None),
        ("0 0.5 bad 0.1 0.1", None),
        ("0 0.5 0.5 0.1 0.1\x00\x00", BOX),
        ("0 0.5 0.5 0.1 0.\x001", None),
        ("0 10,20 60,20 60,80 10,80", None),
        ("0.5,0.5,0.1,0.1,0", "0.5 0.5 0.1 0.1 0"),
    ],
)
def test_a_row_that_needs_a_guess_is_changed_unsafely_or_goes(row: str, after: str | None) -> None:
    found = corrected(row, NAMES)
    assert (found.text, found.safe) == (after, False)


def test_a_comment_alone_goes_safely() -> None:
    assert corrected("# made by hand", NAMES).safe and corrected("# made by hand", NAMES).text is None


def test_a_name_that_two_classes_have_is_a_guess() -> None:
    after = corrected("cat 0.5 0.5 0.1 0.1", {0: "cat", 1: "cat"})
    assert (after.text, after.safe) == (BOX, False)


def test_names_with_a_comment_sign_or_blanks_are_names() -> None:
    names = {0: "#1", 1: "c#", 2: "traffic light"}
    assert corrected("traffic light 0.5 0.5 0.1 0.1", names).text == "2 0.5 0.5 0.1 0.1"
    assert corrected("c# 0.5 0.5 0.1 0.1", names).text == "1 0.5 0.5 0.1 0.1"
    assert corrected("#1 0.5 0.5 0.1 0.1", names).text == BOX
    assert not corrected("#1 0.5 0.5 0.1 0.1", names).safe and not corrected("#7 0.5 0.5 0.1 0.1", names).safe
