"""Label files: clean ones, odd ones, and what is said of each row."""

from __future__ import annotations

import random

import numpy as np
import pytest

from traindx.scan import labels
from traindx.scan.labels import parse


def test_clean_files_give_their_boxes_with_file_and_line() -> None:
    parsed = parse([b"0 0.1 0.2 0.3 0.4\n\n1 5e-1 .5 0.5 1\n", b"", b"2\t0.5 0.5\t0.1 0.1"])
    assert parsed.file.tolist() == [0, 0, 2]
    assert parsed.line.tolist() == [1, 3, 1]
    np.testing.assert_allclose(parsed.values[1], [1, 0.5, 0.5, 0.5, 1])
    assert parsed.odd == []


def test_the_fast_way_and_the_slow_way_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(0)
    rows = [
        b"0 0.5 0.5 0.1 0.1",
        b"",
        b"  3 1e-1 0.25 .5 1. ",
        b"1\t0.5\t0.5\t0.1\t0.1",
        b"-1 -0.5 2 0.1 0.1",
        b"0 1 2 3",
    ]
    files = [rng.choice([b"\n", b"\r\n"]).join(rng.choices(rows, k=rng.randrange(6))) for _ in range(300)]
    fast = parse(files)
    slow = [parse([b"\xef\xbb\xbf" + f]) for f in files]  # a byte-order mark sends a file the slow way
    assert fast.line.tolist() == [n for p in slow for n in p.line.tolist()]
    np.testing.assert_array_equal(fast.values, np.concatenate([p.values for p in slow]))
    assert [(r.line, r.reason) for r in fast.odd] == [(r.line, r.reason) for p in slow for r in p.odd]
    monkeypatch.setattr(labels, "BATCH", 7)
    small = parse(files)
    np.testing.assert_array_equal(small.file, fast.file)
    np.testing.assert_array_equal(small.values, fast.values)
    assert small.odd == fast.odd


@pytest.mark.parametrize(
    ("row", "reason", "kind"),
    [
        ("0 0,5 0,5 0,1 0,1", "decimal comma in '0,5'", "malformed"),
        ("0,0.5,0.5,0.1,0.1", "separated by commas", "malformed"),
        ("0, 0.5, 0.5, 0.1, 0.1", "separated by commas", "malformed"),
        ("0 1.2.3 0.5 0.1 0.1", "'1.2.3' is no number", "malformed"),
        ("0 0.5 0.5 0.1 0.1 # dog", "a comment", "malformed"),
        ("nan 0.5 0.5 0.1 0.1", "class id is nan", "malformed"),
        ("0 0.5 0.5", "3 fields, a box has 5", "malformed"),
        ("0 0.5 0.5 0.1 0.1 0.9", "confidence", "malformed"),
        ("0 0.1 0.1 0.4 0.1 0.4 0.5 0.3", "neither a box (5) nor a polygon", "malformed"),
        ("0 0.1 0.1 0.4 0.1 0.4 0.5", "a polygon of 3 points", "polygon"),
        ("0 0.2 0.3 0.4 0.3 0.4 0.5 0.2 0.5", "rotated box", "obb"),
        ("0 0.5 0.5 0.2 0.2 0.45 0.5 2", "a box with 1 keypoints", "pose"),
    ],
)
def test_an_odd_row_is_told_by_what_it_looks_like(row: str, reason: str, kind: str) -> None:
    (odd,) = parse([f"1 0.5 0.5 0.1 0.1\n{row}\n".encode() if kind == "malformed" else row.encode()]).odd
    assert reason in odd.reason and odd.kind == kind
    assert odd.line == (2 if kind == "malformed" else 1)


def test_a_polygon_alone_counts_as_its_enclosing_box() -> None:
    parsed = parse([b"3 0.1 0.2 0.5 0.2 0.5 0.6"])
    np.testing.assert_allclose(parsed.values, [[3, 0.3, 0.4, 0.4, 0.4]])


def test_keypoints_that_the_settings_declare_are_legal() -> None:
    parsed = parse([b"0 0.5 0.5 0.2 0.2 0.45 0.5 2"], keypoint_fields=3)
    assert parsed.odd == [] and len(parsed.line) == 1


def test_one_broken_number_costs_only_its_own_row() -> None:
    parsed = parse([b"0 0.5 0.5 0.1 0.1\n", b"0 1.2.3 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n"])
    assert parsed.file.tolist() == [0, 1] and parsed.line.tolist() == [1, 2]
    assert len(parsed.odd) == 1


def test_the_line_of_a_byte_that_is_not_utf_8_is_named() -> None:
    (odd,) = parse([b"0 0.5 0.5 0.1 0.1\r\n0 0.5 0.5 0.1 0.1 \xe9\r\n"]).odd
    assert (odd.line, odd.kind) == (2, "encoding") and "0xe9" in odd.reason
