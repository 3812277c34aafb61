"""Ranking, explaining away, locality in time, verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from traindx.causes import all_causes
from traindx.core.cause import Cause, Clue, Fix
from traindx.core.check import Facts
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.history import history_of
from traindx.core.report import CheckStatus, Diagnosis, Outcome, Report
from traindx.core.small_dataset import dataset_of
from traindx.diagnosis import explain
from traindx.examine import judge


def cause(slug: str, *clues: Clue, prior: float = -3.0) -> Cause:
    return Cause(slug, f"{slug} in one line.", clues, Fix("mend it"), "trial", prior)


def outcome(code: str, status: CheckStatus, step: int | None = None) -> Outcome:
    findings = (Finding(Place(step=step), f"{code} is seen"),) if status == "failed" else ()
    return Outcome(code, f"check-{code}", "error", status, "", "needs x", (), findings, (Measured(code, 1),))


def of(report: Report, slug: str) -> Diagnosis:
    return next(d for d in report.diagnoses if d.cause == slug)


def test_the_probability_is_the_logistic_of_the_printed_sum() -> None:
    one = cause("one", Clue("A1", 4.0), Clue("A2", 1.0, -0.5))
    found = of(explain([outcome("A1", "failed"), outcome("A2", "passed")], [one], {}), "one")
    total = sum(r.weight for r in (*found.because, *found.against))
    assert total == pytest.approx(-3.0 + 4.0 - 0.5)
    assert found.probability == pytest.approx(1 / (1 + 2.718281828**-total), abs=1e-4)


def test_a_proved_cause_takes_its_symptoms_from_the_others() -> None:
    proved = cause("proved-one", Clue("A1", 6.0, proves=True), Clue("A2", 1.0))
    other = cause("other", Clue("A2", 5.0))
    report = explain([outcome("A1", "failed"), outcome("A2", "failed")], [other, proved], {})
    assert report.diagnoses[0].cause == "proved-one"
    assert of(report, "other").status == "ruled-out"
    assert "explained by proved-one" in of(report, "other").against[1].text
    alone = explain([outcome("A1", "passed"), outcome("A2", "failed")], [other, proved], {})
    assert of(alone, "other").status == "consistent"


def test_the_fix_is_that_of_the_check_that_proves_the_cause() -> None:
    one = replace(
        cause("one", Clue("A1", 9.0, proves=True), Clue("A2", 9.0, proves=True), Clue("A3", 8.0)),
        fix=Fix("mend it", {"pytorch": "mended = True"}),
    )
    proof, symptom = (replace(outcome(code, "failed"), fix=f"`mend({code})`") for code in ("A2", "A3"))
    found = of(explain([proof, symptom], [one], {}), "one").fix
    assert found is not None and (found.words, found.snippet) == ("`mend(A2)`", None)
    found = of(explain([symptom], [one], {}), "one").fix
    assert found is not None and (found.words, found.snippet) == ("mend it", "mended = True")
    found = of(explain([replace(proof, fix="Sort it")], [one], {}), "one").fix
    assert found is not None and (found.words, found.snippet) == ("Sort it", "mended = True")


def test_what_explains_that_little_is_learned_explains_a_rate_that_is_blamed_for_it() -> None:
    proved = cause("proved-one", Clue("A1", 6.0, proves=True), Clue("T103", 0.3))
    blamed = cause("blamed", Clue("T367", 5.0))
    seen = [outcome("T103", "failed"), outcome("T367", "failed")]
    report = explain([outcome("A1", "failed"), *seen], [blamed, proved], {})
    assert of(report, "blamed").status == "ruled-out"
    assert of(explain([outcome("A1", "passed"), *seen], [blamed, proved], {}), "blamed").status == "consistent"


def test_a_cause_that_acts_from_the_start_is_not_credited_with_a_late_symptom() -> None:
    constant = cause("constant", Clue("A1", 6.0, from_start=True))
    facts = {"recording": recording_with(falling(steps=100))}
    assert of(explain([outcome("A1", "failed", step=0)], [constant], facts), "constant").status == "consistent"
    late = of(explain([outcome("A1", "failed", step=60)], [constant], facts), "constant")
    assert late.status == "ruled-out"
    assert "starts at step 60" in late.against[1].text


def test_a_cause_that_acts_through_an_event_needs_that_event_at_the_onset() -> None:
    jump = cause("jump", Clue("A1", 6.0, near="rate"))
    rates = [0.01 if i < 60 else 0.1 for i in range(100)]
    facts = {"recording": recording_with(falling(steps=100), lr=rates)}
    there = of(explain([outcome("A1", "failed", step=62)], [jump], facts), "jump")
    assert there.status == "consistent" and "step 60: the rate goes from 0.01 to 0.1" in there.because[0].text
    elsewhere = of(explain([outcome("A1", "failed", step=80)], [jump], facts), "jump")
    assert elsewhere.status == "ruled-out" and "nothing happened to the rate" in elsewhere.against[1].text


def test_a_cause_whose_checks_could_not_look_is_not_testable() -> None:
    found = of(explain([outcome("A1", "skipped")], [cause("one", Clue("A1", 6.0))], {}), "one")
    assert (found.status, found.because) == ("not-testable", ())
    assert found.not_looked_at[0].code == "A1"


def static(slug: str, *clues: Clue, prior: float = -4.0) -> Cause:
    return Cause(slug, f"{slug} in one line.", clues, Fix("mend it"), "static", prior)


def test_the_forms_of_a_fault_of_files_that_are_absent_do_not_speak_against_the_one_that_is_there() -> None:
    leak = static("leak", Clue("D1", 5.0, -3.0), Clue("D2", 5.0, -3.0))
    one = of(explain([outcome("D1", "failed"), outcome("D2", "passed")], [leak], {}), "leak")
    assert sum(r.weight for r in (*one.because, *one.against)) == pytest.approx(-4.0 + 5.0)
    none = of(explain([outcome("D1", "passed"), outcome("D2", "passed")], [leak], {}), "leak")
    assert none.status == "ruled-out" and none.probability < 0.001


def test_a_warning_about_files_names_its_cause_unless_another_explains_it() -> None:
    warned = replace(outcome("D1", "failed"), level="warning")
    shift = static("shift", Clue("D1", 2.5), Clue("D9", -10.0))
    assert of(explain([warned, outcome("D9", "passed")], [shift], {}), "shift").status == "consistent"
    assert of(explain([warned, outcome("D9", "failed")], [shift], {}), "shift").status == "ruled-out"
    noted = replace(warned, level="note")
    assert of(explain([noted, outcome("D9", "passed")], [shift], {}), "shift").status == "ruled-out"


def test_what_stands_on_notes_alone_comes_after_what_stands_on_a_warning() -> None:
    outcomes = [replace(outcome("D1", "failed"), level="note"), replace(outcome("D2", "failed"), level="warning")]
    report = explain(outcomes, [static("noted", Clue("D1", 3.8)), static("warned", Clue("D2", 2.5))], {})
    assert [d.cause for d in report.diagnoses][:2] == ["warned", "noted"]


def test_a_log_alone_rules_out_only_what_its_silence_speaks_against() -> None:
    silent, telling = cause("silent", Clue("A1", 5.0)), cause("telling", Clue("A1", 5.0, -2.0))
    facts: Facts = {"history": history_of([{"train/loss": 1.0}])}
    report = explain([outcome("A1", "passed")], [silent, telling], facts)
    assert (of(report, "silent").status, of(report, "telling").status) == ("not-testable", "ruled-out")


def test_an_ignored_check_rules_nothing_out() -> None:
    boxes = [{"image": 0, "w": 0.0}]
    facts = {"dataset": dataset_of([{"path": "a.jpg"}], boxes)}
    assert of(judge(facts), "degenerate-boxes").status == "proved"
    assert of(judge(facts, ignore={"D208": "known"}), "degenerate-boxes").status == "not-testable"


def test_a_dataset_at_which_no_check_looked_is_not_called_healthy() -> None:
    report = judge({"dataset": dataset_of([{"path": "a.jpg"}])}, select=("D425",))
    assert report.verdict == "unclear"
    assert "none of the checks" in report.sentence


def test_what_a_quick_scan_did_not_open_is_not_ruled_out() -> None:
    images = [{"path": f"{n}.jpg", "split": "val" if n > 5 else "train"} for n in range(9)]
    boxes = [{"image": n} for n in range(9)]
    quick = judge({"dataset": dataset_of(images, boxes, depth="quick")})
    assert of(quick, "train-val-leakage").status == "not-testable"
    full = [{**image, "content": n + 1, "phash": n + 1} for n, image in enumerate(images)]
    assert of(judge({"dataset": dataset_of(full, boxes)}), "train-val-leakage").status == "ruled-out"
    skipped = next(o for o in quick.outcomes if o.code == "D321")
    assert skipped.status == "skipped" and "--quick" in skipped.reason


def test_healthy_rests_on_a_loss_that_fell() -> None:
    report = judge({"recording": recording_with(falling())})
    assert report.verdict == "healthy"
    assert report.diagnoses[0].cause == "healthy"
    assert any("it fell by" in r.text for r in report.diagnoses[0].because)
    assert judge({"recording": recording_with(flat())}).verdict == "faulty"


def test_a_few_steps_are_too_early_to_tell() -> None:
    report = judge({"recording": recording_with(falling(steps=8))})
    assert (report.verdict, report.diagnoses[0].cause) == ("unclear", "too-early-to-tell")


def test_an_exact_fault_is_named_even_when_the_run_is_short() -> None:
    report = judge({"recording": recording_with(falling(steps=8), calls="fbs", grad_before=2.0)})
    assert (report.verdict, report.diagnoses[0].cause) == ("faulty", "missing-zero-grad")
    assert report.diagnoses[0].status == "proved"


def few_bad_boxes(bad: int) -> Facts:
    images = [{"path": f"{i}.jpg"} for i in range(200)]
    boxes = [{"image": i, "w": 0.0 if i < bad else 0.2} for i in range(200)]
    return {"dataset": dataset_of(images, boxes)}


def test_two_bad_labels_make_a_dataset_faulty_and_not_a_training_that_learns() -> None:
    few = few_bad_boxes(2)
    assert judge(few).verdict == "faulty"
    run = judge({**few, "recording": recording_with(falling())})
    assert run.verdict == "healthy"
    assert of(run, "degenerate-boxes").status == "proved"
    assert judge({**few_bad_boxes(60), "recording": recording_with(falling())}).verdict == "faulty"


def test_two_bad_labels_stand_behind_the_cause_of_a_training_that_fails() -> None:
    diverged = recording_with([2.3, 2.4, 80.0, *flat(steps=57)], update_ratio=[0.5, 4.0, *[0.05] * 58])
    report = judge({**few_bad_boxes(2), "recording": diverged})
    assert report.diagnoses[0].cause == "lr-too-high"


def test_a_crashed_check_keeps_a_run_from_being_called_healthy() -> None:
    outcomes = [outcome("T103", "passed"), outcome("T201", "crashed")]
    facts = {"recording": recording_with(falling())}
    assert explain(outcomes, [], facts).verdict == "unclear"
    assert explain(outcomes[:1], [], facts).verdict == "healthy"


def test_every_failed_check_with_a_cause_names_it() -> None:
    report = judge(few_bad_boxes(2))
    failed = next(o for o in report.outcomes if o.code == "D208")
    assert "degenerate-boxes" in failed.causes
    assert {c.slug for c in all_causes()} >= set(failed.causes)


def test_a_healthy_verdict_says_so_also_where_the_only_check_warns() -> None:
    found = Finding(Place(path="val/1.jpg"), "a near copy")
    warned = Outcome("D323", "near-copies", "warning", "failed", findings=(found,))
    report = explain([warned], (), {"dataset": dataset_of([{"path": "val/1.jpg"}])})
    assert report.verdict == "healthy" and report.sentence == "Healthy: 1 checks looked, none failed at level error"


def test_a_run_that_learned_little_at_a_rate_of_another_optimizer_is_not_called_healthy() -> None:
    outcomes = [outcome("T103", "passed"), replace(outcome("T367", "failed"), level="warning")]
    assert explain(outcomes, [], {"recording": recording_with(falling())}).verdict == "unclear"
