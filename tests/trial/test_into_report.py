"""A report with trials in it: status, order, verdict, sentence."""

from __future__ import annotations

from traindx.causes.lr_too_high import LR_TOO_HIGH
from traindx.core.finding import Finding, Place
from traindx.core.report import Diagnosis, Outcome, Reason, Report, Trial, TrialVerdict
from traindx.trial.into_report import with_trials

BECAUSE = (Reason("the loss does not fall", "T103", 2.0),)


def report() -> Report:
    outcome = Outcome("T103", "loss-does-not-fall", "error", "failed", findings=(Finding(Place(step=0), "it stays"),))
    diagnoses = (
        Diagnosis("lr-too-high", "consistent", 0.7, because=BECAUSE),
        Diagnosis("unscaled-inputs", "consistent", 0.4, because=BECAUSE),
        Diagnosis("missing-zero-grad", "proved", 0.99, because=BECAUSE),
        Diagnosis("dead-relu", "ruled-out", 0.01),
    )
    return Report("faulty", diagnoses, (outcome,), {"sentence": "Faulty: lr-too-high, consistent"})


def trial(verdict: TrialVerdict, effect: float = 0.7) -> Trial:
    return Trial(verdict, "learning rate × 0.03", "with it the loss fell", effect, 0.1, (), 3.0)


def status(made: Report, cause: str) -> str:
    return next(d.status for d in made.diagnoses if d.cause == cause)


def test_a_confirmed_cause_is_proved_and_comes_first() -> None:
    made = with_trials(report(), {"unscaled-inputs": trial("confirmed"), "lr-too-high": trial("refuted")}, {})
    assert made.diagnoses[0].cause == "unscaled-inputs" and status(made, "unscaled-inputs") == "proved"
    assert made.diagnoses[0].probability >= 0.99
    assert made.diagnoses[-1].cause == "lr-too-high" and status(made, "lr-too-high") == "ruled-out"
    assert made.sentence == "Faulty: unscaled-inputs, proved by a trial. With it the loss fell"


def test_an_inconclusive_trial_leaves_the_status_and_is_there_to_read() -> None:
    made = with_trials(report(), {"lr-too-high": trial("inconclusive")}, {})
    assert status(made, "lr-too-high") == "consistent" and made.diagnoses[0].trial is not None
    assert "Lr-too-high not decided by a trial" in made.sentence


def test_when_all_are_refuted_the_next_cause_is_named() -> None:
    made = with_trials(report(), {"lr-too-high": trial("refuted")}, {})
    assert made.verdict == "faulty" and made.sentence.startswith("Faulty: unscaled-inputs, consistent")
    assert made.sentence.endswith("Lr-too-high ruled out by a trial")


def test_a_fact_that_a_finding_proves_stays_proved() -> None:
    made = with_trials(report(), {"missing-zero-grad": trial("refuted")}, {})
    assert status(made, "missing-zero-grad") == "proved"


def test_a_cause_that_nothing_undoes_is_not_testable_with_a_reason() -> None:
    made = with_trials(report(), {}, {"lr-too-high": LR_TOO_HIGH})
    assert status(made, "lr-too-high") == "not-testable"
    assert "no treatment undoes" in made.diagnoses[0].not_looked_at[-1].text


def test_the_reasons_still_add_up() -> None:
    made = with_trials(report(), {"unscaled-inputs": trial("confirmed")}, {})
    assert made.diagnoses[0].because[-1].text == "trial: with it the loss fell"
    assert made.diagnoses[0].because[-1].weight > 0


def test_the_report_survives_its_json() -> None:
    made = with_trials(report(), {"lr-too-high": trial("confirmed")}, {})
    assert Report.from_json(made.to_json()) == made
