"""The work-up of a complaint: every question has its answer from what the checks found."""

from __future__ import annotations

from pathlib import Path

import pytest

from traindx.core.complaint import COLUMNS, COMPLAINTS, Complaint, work_up
from traindx.core.example import falling, recording_with
from traindx.examine import judge

SLUGS_FILE = Path(__file__).parents[2] / "docs" / "slugs.txt"


@pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda c: c.name)
def test_every_question_is_answered(complaint: Complaint) -> None:
    report = judge({"recording": recording_with(falling(), calls="fbs", grad_before=3.0)})
    table = work_up(complaint, report.diagnoses, report.outcomes)
    assert table.columns == COLUMNS and [row[0] for row in table.rows] == [q.words for q in complaint.questions]
    assert all(str(row[1]).split(":")[0] in ("yes", "no", "not looked at") and row[2] for row in table.rows)


def test_a_cause_that_is_proved_answers_its_question_with_what_was_seen() -> None:
    report = judge({"recording": recording_with(falling(), calls="fbs", grad_before=3.0)})
    stuck = next(c for c in COMPLAINTS if c.name == "no-progress")
    answers = {row[0]: row[1:] for row in work_up(stuck, report.diagnoses, report.outcomes).rows}
    assert answers["Is a call of the training loop missing or out of order?"][0] == "yes: missing-zero-grad, proved"
    assert str(answers["Is the rate too high or too low, or does its schedule run wrong?"][0]).startswith("no: ")


def test_the_causes_that_questions_name_are_known_slugs() -> None:
    named = {cause for complaint in COMPLAINTS for question in complaint.questions for cause in question.causes}
    catalogue = {line.split()[0] for line in SLUGS_FILE.read_text().splitlines() if line}
    assert len(named & catalogue) > 20 and all(cause == cause.lower() and " " not in cause for cause in named)


@pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda c: c.name)
def test_the_page_of_a_complaint_asks_its_questions_in_their_order(complaint: Complaint) -> None:
    page = (SLUGS_FILE.parent / "complaints" / f"{complaint.name}.md").read_text()
    places = [page.index(f"**{question.words}**") for question in complaint.questions]
    assert places == sorted(places) and complaint.words in page.splitlines()[0]
    assert all(f"[{cause}](" in page for question in complaint.questions for cause in question.causes)
