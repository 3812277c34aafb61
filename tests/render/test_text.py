"""The terminal report: twenty lines, the verdict first, everything with -v, safe to print."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.render import examples
from traindx.core.report import Diagnosis, FixAdvice, Outcome, Reason, Report
from traindx.render.text import text

GOLDEN = """\
FAULTY  Class ids count from 1 and should count from 0: 361 labels name a class that is not there.
● one-based-class-ids  proved  > 99 %
  at       labels/train/BloodImage_00000.txt:1; labels/train/BloodImage_00001.txt:2; … 359 more
  because  id 0 is never used and id 3 is used 361 times with 3 classes (D204)
  fix      Subtract one from every class id.
           traindx check bccd/data.yaml --fix --out bccd-fixed

Other findings
  D210 box-without-area, 2 errors
    labels/train/BloodImage_00338.txt:4: box of 0 × 0 pixels, should be at least 1 × 1
    labels/train/BloodImage_00343.txt:9: box of 0 × 12 pixels, should be at least 1 × 1
  notes: D305 class-imbalance (1)

Ruled out
  pixel-coordinates  largest coordinate 1, should be at most 1 (D202)
"""


def test_a_dataset_report_reads_exactly_so(tmp_path: Path) -> None:
    assert text(examples.dataset(examples.cells(tmp_path))) == GOLDEN


def test_every_report_fits_twenty_lines_of_the_width(tmp_path: Path) -> None:
    for name, report in examples.all_reports(tmp_path).items():
        for width in (80, 100, 160):
            lines = text(report, width=width).splitlines()
            assert len(lines) <= 20, (name, width)
            if name != "hostile":
                wrapped = [line for line in lines if "optimizer = " not in line]  # to copy, so never wrapped
                assert max(map(len, wrapped)) <= width, (name, width)


def test_the_first_line_is_the_verdict() -> None:
    assert text(examples.healthy()).startswith("HEALTHY  the loss fell")
    assert text(examples.unclear()).startswith("UNCLEAR  It is too early to tell")


def test_a_trial_and_what_was_ruled_out_are_shown_with_their_numbers() -> None:
    words = " ".join(text(examples.lr_too_high()).split())
    assert "confirmed: the loss diverges in 2 of 2 control runs and in 0 of 2 runs" in words
    assert "missing-zero-grad gradients before the first backward are 0, should be 0 (T310)" in words
    assert "2 checks: needs a dataset; run `traindx check DATA`" in words


def test_a_trial_is_told_once() -> None:
    report = examples.lr_too_high()
    first = report.diagnoses[0]
    assert first.trial is not None
    because = (*first.because, Reason(f"trial: {first.trial.sentence}", None, 6.0))
    short = text(replace(report, diagnoses=(replace(first, because=because),)), width=160)
    assert short.count(first.trial.sentence) == 1
    assert "\n  and      update-to-weight ratio 0.31" in short


def test_verbose_shows_every_term_with_its_weight_and_the_sum() -> None:
    words = " ".join(text(examples.lr_too_high(), verbose=True).split())
    assert "+6.0 loss rises from step 36" in words
    assert "−1.2 the rise starts at step 36" in words
    assert "sum +6.2, that is > 99 %" in words
    assert "−4.0 before any evidence" in words
    assert "sum −1.2, that is 23 %" in words
    assert "control, seed 0: 60 steps, symptom seen, loss ended at 4.2 of its start, 21 s" in words
    assert "T310 gradients-pile-up: gradient norm before backward 0 (should be 0)" in words


def test_verbose_lists_every_finding_with_file_and_line(tmp_path: Path) -> None:
    lines = text(examples.dataset(examples.cells(tmp_path)), verbose=True).splitlines()
    assert sum("class id 3 is outside 0..2" in line for line in lines) == 361
    assert "    labels/train/BloodImage_00360.txt:4: class id 3 is outside 0..2" in lines


def test_what_was_left_out_is_counted() -> None:
    lines = text(examples.many()).splitlines()
    shown = sum(line.startswith("  D2") for line in lines)
    assert len(lines) == 20
    assert lines[-1] == f"  … and {20 - shown + 1} more (-v)"  # 20 errors and warnings, and a line for the notes


def test_a_command_and_a_snippet_are_never_cut() -> None:
    command, snippet = "traindx prove " + "x" * 200, "if ready:\n    step()  # " + "y" * 200
    diagnosis = Diagnosis("lr-too-high", "consistent", 0.5, fix=FixAdvice("words", command, snippet))
    lines = [line.strip() for line in text(Report("faulty", (diagnosis,), ()), width=60).splitlines()]
    assert command in lines
    assert f"step()  # {'y' * 200}" in lines


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8"])
def test_signs_that_an_encoding_lacks_are_written_in_ascii(tmp_path: Path, encoding: str) -> None:
    for report in examples.all_reports(tmp_path).values():
        text(report, encoding=encoding, verbose=True).encode(encoding)
    assert "* lr-too-high  proved  > 99 %" in text(examples.lr_too_high(), encoding="ascii")


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    plain = text(examples.hostile(tmp_path), verbose=True)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", plain)
    assert r"\x1b[31mred\udcff" in plain


def test_colour_changes_no_word(tmp_path: Path) -> None:
    for report in examples.all_reports(tmp_path).values():
        coloured = text(report, color=True)
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(report)
        assert "\x1b[" in coloured


def test_an_empty_report_says_how_much_was_looked_at() -> None:
    assert text(Report("unclear", (), ())) == "UNCLEAR  0 checks ran: 0 errors, 0 warnings\n"


def test_a_crashed_check_is_named() -> None:
    crashed = Outcome("V101", "metric-zero", "error", "crashed", reason="ValueError: empty")
    assert "V101 metric-zero crashed: ValueError: empty" in text(Report("unclear", (), (crashed,)))


def test_three_thousand_findings_take_less_than_a_second() -> None:
    start = time.process_time()
    text(examples.many(), verbose=True)
    assert time.process_time() - start < 1
