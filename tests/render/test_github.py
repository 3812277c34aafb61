"""GitHub workflow commands: one per line, escaped so that the runner reads back what was meant."""

from __future__ import annotations

import re
from pathlib import Path

from tests.render import examples
from traindx.core.finding import Finding, Place
from traindx.core.report import Diagnosis, Outcome, Reason, Report
from traindx.render.github import PER_CHECK, github

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def unescaped(text: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def commands(report: Report) -> list[tuple[str, dict[str, str], str]]:
    parsed = []
    for line in github(report).splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = (pair.partition("=") for pair in match[2].split(","))
        parsed.append((match[1], {key: unescaped(value) for key, _, value in pairs}, unescaped(match[3])))
    return parsed


def test_a_finding_is_annotated_at_its_line() -> None:
    kind, properties, message = commands(examples.lr_too_high())[1]
    assert kind == "error"
    assert properties == {"file": "train.py", "line": "41", "title": "T301 loss-diverges (lr-too-high)"}
    assert message.startswith("loss 2.31 at step 0")


def test_the_verdict_comes_first_and_has_its_own_kind() -> None:
    kinds = [commands(r)[0][0] for r in (examples.lr_too_high(), examples.healthy(), examples.unclear())]
    assert kinds == ["error", "notice", "warning"]


def test_hostile_names_stay_within_their_command(tmp_path: Path) -> None:
    (_, _, _), (kind, properties, message) = commands(examples.hostile(tmp_path))
    assert kind == "error" and properties["line"] == "3"
    assert properties["file"].endswith("a:b\nnew.txt")
    assert "::error:: %0A\nsecond line" in message


def test_the_fix_and_a_place_without_a_file_are_in_the_message(tmp_path: Path) -> None:
    messages = [message for _, _, message in commands(examples.dataset(examples.cells(tmp_path)))]
    assert "class id 3 is outside 0..2\nFix: write 2 instead of 3" in messages
    assert "step 80: loss 2.30 to 2.28 in 80 steps, chance is 2.30" in [m for _, _, m in commands(examples.unclear())]


def test_many_findings_of_a_check_end_in_a_count() -> None:
    lines = commands(examples.many())
    assert len(lines) == 1 + 30 * (PER_CHECK + 1)
    assert lines[PER_CHECK + 1][2] == "and 90 more findings of D200"
    kinds = [kind for kind, _, message in lines[1:] if not message.startswith("and ")]
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)


def test_what_speaks_for_the_first_diagnosis_comes_first_within_its_level() -> None:
    place, text = Place(path="a.txt", line=1), "something is wrong"
    outcomes = tuple(
        Outcome(code, name, "error", "failed", findings=(Finding(place, text),))
        for code, name in (("D101", "other"), ("D204", "symptom"), ("D205", "proof"))
    )
    reasons = (Reason(text, "D204", 1.0), Reason(text, "D205", 9.0))
    diagnosis = Diagnosis("the-cause", "proved", 0.99, "it is so", because=reasons)
    shown = commands(Report("faulty", (diagnosis,), outcomes, {"sentence": "Faulty: the-cause"}))
    titles = [properties["title"] for _, properties, _ in shown[1:]]
    assert titles == ["D205 proof (the-cause)", "D204 symptom (the-cause)", "D101 other"]
