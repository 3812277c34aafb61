"""JUnit: parsed as XML; the counts are those of the cases."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

from tests.render import examples
from traindx.core.report import Report
from traindx.render.junit import junit


def parsed(report: Report) -> Xml.Element:
    return Xml.fromstring(junit(report).encode("utf-8"))


def case(root: Xml.Element, name: str) -> Xml.Element:
    return next(c for c in root.iter("testcase") if c.get("name") == name)


def test_every_check_is_a_case_and_the_counts_are_right(tmp_path: Path) -> None:
    for report in examples.all_reports(tmp_path).values():
        root = parsed(report)
        assert root.get("tests") == str(len(report.outcomes) + 1)
        for suite in (root, *root.iter("testsuite")):
            counts = [suite.get(k) for k in ("tests", "failures", "errors", "skipped")]
            kinds = ("testcase", "failure", "error", "skipped")
            assert counts == [str(len(list(suite.iter(kind)))) for kind in kinds]


def test_errors_fail_and_warnings_do_not() -> None:
    root = parsed(examples.lr_too_high())
    failure = case(root, "T301 loss-diverges").find("failure")
    assert failure is not None and str(failure.text).startswith("train.py:41, step 36: loss 2.31")
    assert case(root, "T305 update-too-large").find("failure") is None
    assert list(case(root, "T310 gradients-pile-up")) == []


def test_a_check_that_did_not_run_is_skipped_with_the_reason() -> None:
    skipped = case(parsed(examples.lr_too_high()), "D201 label-not-found").find("skipped")
    assert skipped is not None and skipped.get("message") == examples.NEEDS_DATASET


def test_a_crashed_check_is_an_error() -> None:
    error = case(parsed(examples.unclear()), "V101 metric-zero").find("error")
    assert error is not None and "ValueError" in str(error.get("message"))


def test_the_verdict_fails_only_if_it_is_faulty() -> None:
    for report, failed in ((examples.lr_too_high(), True), (examples.healthy(), False), (examples.unclear(), False)):
        assert (case(parsed(report), "verdict").find("failure") is not None) == failed
