"""`traindx rule` shows the page of every check and cause, by any of its names."""

from __future__ import annotations

import pytest

from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.cli.app import status_of
from traindx.cli.page import catalogue, cause_page, check_page


def shown(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command shows, with runs of blanks as one."""
    assert status_of(["rule", name]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_check_is_found_by_code_and_by_name_in_any_case(capsys: pytest.CaptureFixture[str]) -> None:
    pages = {shown(name, capsys) for name in ("T301", "t301", "gradients-not-cleared", "Gradients_Not_Cleared")}
    assert len(pages) == 1
    assert "Why is this bad?" in pages.pop()


def test_a_cause_shows_its_clues_its_fix_and_how_it_is_undone(capsys: pytest.CaptureFixture[str]) -> None:
    page = shown("missing-zero-grad", capsys)
    assert "proves it" in page and "optimizer.zero_grad()" in page and "Undone in a trial: gradients cleared" in page


def test_every_entry_has_a_page_and_stands_in_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    listed = catalogue()
    for check in all_checks():
        assert check.code in listed and check.summary in check_page(check)
    for cause in all_causes():
        assert cause.slug in listed and cause.fix.words in cause_page(cause)
    assert status_of(["rule"]) == 0
    assert "lr-too-high" in capsys.readouterr().out


def test_a_page_shows_what_the_check_says_of_its_example() -> None:
    check = next(c for c in all_checks() if c.code == "D204")
    page = check_page(check)
    assert page.count("- fires on ") == len(check.fires) and page.count("- stays quiet on ") == len(check.quiet)
    assert "(nothing)" not in page
