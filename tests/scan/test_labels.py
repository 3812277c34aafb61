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
    (row,) = parse([b"0 0.5 0.5 0.2 0.2 0.45 0.5 2"], keypoint_fields=6).odd
    assert row.kind == "keypoints" and "kpt_shape of the settings asks for 11" in row.reason


def test_keypoints_without_the_visibility_that_the_settings_ask_for_are_no_polygon() -> None:
    (row,) = parse([b"0 0.5 0.5 0.2 0.2 0.45 0.5"], keypoint_fields=3).odd
    assert row.kind == "keypoints" and "kpt_shape of the settings asks for 8" in row.reason


def test_one_broken_number_costs_only_its_own_row() -> None:
    parsed = parse([b"0 0.5 0.5 0.1 0.1\n", b"0 1.2.3 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1\n"])
    assert parsed.file.tolist() == [0, 1] and parsed.line.tolist() == [1, 2]
    assert len(parsed.odd) == 1


def test_the_line_of_a_byte_that_is_not_utf_8_is_named() -> None:
    (odd,) = parse([b"0 0.5 0.5 0.1 0.1\r\n0 0.5 0.5 0.1 0.1 \xe9\r\n"]).odd
    assert (odd.line, odd.kind) == (2, "encoding") and "0xe9" in odd.reason


def _some_number(rng: random.Random) -> str:
    value = rng.choice([rng.random(), rng.random() * 3 - 1, 0.0, 1.0, rng.random() * 1e-7])
    forms = (f"{value:.6f}", repr(value), f"{value:e}", f"{value:.3E}", f"{value:g}", f"{value:.0f}.")
    odd = (
        "nan",
        "inf",
        "-inf",
        "1e400",
        "1_0",
        "+0.5",
        "0x1",
        "1,5",
        "",
        "abc",
        "1.2.3",
        "0.5\x00",
        "٣",
        "1e",
        '"0.5"',
    )
    return rng.choice(odd) if rng.random() < 0.004 else rng.choice(forms).replace("0.", rng.choice(["0.", "."]), 1)


def _some_row(rng: random.Random) -> str:
    blank = rng.choice([" ", " ", " ", "\t", "  ", " \t", "\x0b"]) if rng.random() < 0.05 else " "
    count = rng.choice([4, 6, 7, 9, 11]) if rng.random() < 0.01 else 5
    row = blank.join([str(rng.randrange(-1, 12)), *(_some_number(rng) for _ in range(count - 1))])
    before, after = (rng.choice(["", "", " ", "\t"]) if rng.random() < 0.05 else "" for _ in range(2))
    return rng.choice(["", " ", "\t"]) if rng.random() < 0.02 else before + row + after


def _some_file(rng: random.Random) -> bytes:
    end = rng.choice(["\n", "\n", "\n", "\r\n"] if rng.random() < 0.97 else ["\r"])
    text = end.join(_some_row(rng) for _ in range(rng.choice([0, 1, 2, 5, 9]))) + rng.choice(["", end, end + end])
    mark = b"\xef\xbb\xbf" if rng.random() < 0.01 else b""
    return mark + text.encode() + (b"\xe9" if rng.random() < 0.003 else b"")


@pytest.mark.parametrize("seed", range(12))
def test_tables_and_single_lines_give_the_same_whatever_is_in_the_files(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    files = [_some_file(rng) for _ in range(200 if seed % 2 else 3)] * (1 if seed % 3 else 2)
    monkeypatch.setattr(labels, "BATCH", rng.choice([1, 2, 16, 4096]))
    fast = parse(files)
    monkeypatch.setattr(labels, "_table_of", lambda files: None)
    counted = parse(files)
    monkeypatch.setattr(labels, "_told_apart", lambda files: (labels._no_rows(), np.arange(len(files))))
    slow = parse(files)
    for other in (counted, slow):
        np.testing.assert_array_equal(fast.file, other.file)
        np.testing.assert_array_equal(fast.line, other.line)
        np.testing.assert_array_equal(fast.values, other.values)
        assert fast.odd == other.odd


def test_clean_files_are_read_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "_told_apart", None)  # what is not clean would end here
    files = [
        b"0 0.5 0.5 0.1 0.1\n1 .5 1e-1 1 0.25",
        b"",
        b"2 0.5 0.5 0.1 0.1\r\n3 0 0 1 1\r\n",
        b"0\t0.5\t0.5\t0.1\t0.1 \n\n",
    ]
    parsed = parse(files)
    assert parsed.file.tolist() == [0, 0, 2, 2, 3] and parsed.line.tolist() == [1, 2, 1, 2, 1]
    np.testing.assert_array_equal(parsed.values[:, 0], [0, 1, 2, 3, 0])


def test_keypoints_in_pixels_cost_the_row_as_readers_drop_the_picture() -> None:
    parsed = parse([b"0 0.5 0.5 0.2 0.2 134 88 2\n0 0.5 0.5 0.2 0.2 0.4 0.5 2\n"], keypoint_fields=3)
    assert parsed.line.tolist() == [2]
    assert [(row.line, row.kind) for row in parsed.odd] == [(1, "keypoints")]
    assert "134" in parsed.odd[0].reason
