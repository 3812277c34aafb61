"""What goes where in a report, and the sum redone."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from tests.render import examples
from traindx.core.report import Diagnosis, Reason, Report
from traindx.render.digest import decider, digest, evidence, place_count, probable, redo, ruled_out_by


def test_findings_that_a_diagnosis_explains_are_not_listed_again(tmp_path: Path) -> None:
    parts = digest(examples.dataset(examples.cells(tmp_path)))
    assert [o.code for o in parts.unexplained] == ["D210"]
    assert [o.code for o in parts.noted] == ["D305"]


def test_a_refuted_diagnosis_explains_nothing() -> None:
    report = examples.lr_too_high()
    diagnoses = tuple(Diagnosis(d.cause, "ruled-out", 0.0, because=d.because) for d in report.diagnoses)
    parts = digest(Report("faulty", diagnoses, report.outcomes))
    assert [o.code for o in parts.unexplained] == ["T301", "T305"]


def test_what_is_missing_is_grouped_by_its_reason_the_largest_group_first() -> None:
    assert [(reason, len(outcomes)) for reason, outcomes in digest(examples.unclear()).missing] == [
        (examples.NEEDS_DATASET, 12),
        (examples.NEEDS_RECORDING, 9),
    ]


def test_a_cause_is_ruled_out_by_the_check_that_speaks_most_against_it() -> None:
    against = (Reason("prior", None, -9.0), Reason("weak", "T1", -1.0), Reason("strong", "T2", -5.0))
    assert ruled_out_by(Diagnosis("a", "ruled-out", 0.0, against=against)).text == "strong"


def test_a_refuting_trial_is_named_before_any_check() -> None:
    trial = replace(examples.trial(), verdict="refuted", sentence="the symptom stays")
    diagnosis = Diagnosis("a", "ruled-out", 0.0, against=(Reason("strong", "T2", -5.0),), trial=trial)
    assert ruled_out_by(diagnosis).text == "by trial: the symptom stays"


def test_a_cause_that_nothing_speaks_against_was_too_weak() -> None:
    prior, seen = Reason("prior", None, -4.0), Reason("11 boxes to 1", "D302", 3.0)
    diagnosis = Diagnosis("class-imbalance", "ruled-out", 0.27, because=(seen,), against=(prior,))
    assert ruled_out_by(diagnosis) == Reason("too little speaks for it: 11 boxes to 1", "D302", 3.0)
    assert ruled_out_by(Diagnosis("a", "ruled-out", 0.0, against=(prior,))).text == "nothing speaks for it"


def test_the_sum_is_that_of_the_terms() -> None:
    diagnosis = examples.lr_too_high().diagnoses[1]
    done = redo(diagnosis)
    assert done is not None
    assert math.isclose(done.total, 4.0 - 1.2 - 4.0)
    assert math.isclose(done.share, 1 / (1 + math.exp(1.2)))
    assert done.decides and probable(diagnosis)


def test_huge_weights_do_not_overflow() -> None:
    for weight, share in ((1e6, 1.0), (-1e6, 0.0)):
        done = redo(Diagnosis("a", "proved", share, because=(Reason("b", None, weight),)))
        assert done is not None and abs(done.share - share) < 1e-9
    assert redo(Diagnosis("a", "proved", 1.0, because=(Reason("b", None, math.inf),))) is None


def test_a_verdict_without_weights_has_no_probability() -> None:
    healthy = examples.healthy().diagnoses[0]
    assert redo(healthy) is None and not probable(healthy)


def test_a_proof_decides_over_the_sum() -> None:
    proved = examples.lr_too_high().diagnoses[0]
    assert decider(proved) == "the trial"
    assert decider(Diagnosis("a", "proved", 0.99)) == "the finding itself"
    assert decider(Diagnosis("a", "consistent", 0.5)) == ""


def test_evidence_follows_the_terms_and_places_are_those_of_the_findings(tmp_path: Path) -> None:
    report = examples.dataset(examples.cells(tmp_path))
    assert [o.code for o in evidence(report.diagnoses[0], report)] == ["D204"]
    assert place_count(report.diagnoses[0], report) == 361
