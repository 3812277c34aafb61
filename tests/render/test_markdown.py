"""The block for an issue: complete, private, and inert."""

from __future__ import annotations

import re
from pathlib import Path

from tests.render import examples
from traindx.core.finding import Finding, Place
from traindx.core.report import Diagnosis, FixAdvice, Outcome, Reason, Report
from traindx.render.markdown import markdown


def test_verdict_terms_trial_and_fix_are_there() -> None:
    text = markdown(examples.lr_too_high())
    assert text.startswith("### traindx: faulty\n\nthe learning rate is too high")
    assert "**`lr-too-high`** proved, > 99 % at `train.py:41, setting lr`" in text
    assert "| +6.0 | loss rises from step 36: 2.31 at the start, inf at the end | T301 |" in text
    assert "| **+6.2** | sum, that is > 99 % |  |" in text
    assert "**Trial** (confirmed): the loss diverges in 2 of 2 control runs" in text
    assert "```python\noptimizer = torch.optim.SGD(" in text
    assert "<details><summary>Ruled out (3)</summary>\n\n| cause | by |" in text
    assert "- 2 checks: needs a dataset; run `traindx check DATA`" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head(tmp_path: Path) -> None:
    for name, report in examples.all_reports(tmp_path).items():
        width = 0
        for line in markdown(report).splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("| ") else 0
            assert not cells or not width or cells == width, (name, line)
            width = cells


def test_text_cannot_become_markup_or_mention_anybody() -> None:
    words = "<b>@octocat</b> *x* _y_ [a](b) #12 ~~z~~"
    text = markdown(Report("faulty", (), (), {"sentence": words}))
    assert "&lt;b&gt;&#64;octocat&lt;/b&gt; \\*x\\* \\_y\\_ \\[a\\](b) &#35;12 \\~\\~z\\~\\~" in text


def test_backticks_in_a_snippet_do_not_end_its_fence() -> None:
    diagnosis = Diagnosis("lr-too-high", "proved", 0.9, fix=FixAdvice("w", None, 'a = """\n```\n"""'))
    assert '````python\na = """\n```\n"""\n````' in markdown(Report("faulty", (diagnosis,), ()))


def test_no_private_path_is_left() -> None:
    secret = "/home/jane/secret-customer/project/data/set/labels/a.txt"
    finding = Finding(Place(secret, 3), f"no picture at {secret}")
    diagnosis = Diagnosis(
        "labels-not-found",
        "proved",
        0.9,
        places=(finding.place,),
        because=(Reason(f"looked in {secret}", "D201", 5.0),),
        fix=FixAdvice(f"move {secret}", f"mv {secret} .", f"root = '{secret}'"),
    )
    outcomes = (
        Outcome("D201", "n", "error", "failed", findings=(finding,)),
        Outcome("D202", "m", "error", "failed", findings=(finding,)),
        Outcome("D203", "o", "error", "crashed", reason=f"OSError: {secret}"),
    )
    text = markdown(Report("faulty", (diagnosis,), outcomes, {"sentence": secret, "command": ["python", secret]}))
    assert "jane" not in text and "secret" not in text
    assert "…/set/labels/a.txt:3" in text
