"""Scores of the benchmark."""

import pytest

from intervals import shown, wilson
from score import alarmed, answers, calibration, compared, faults, hits, summary, traindx
from tests.bench.examples import result

RESULTS = [
    result("lr-too-high", ("lr-too-high",)),
    result("dead-relu", ("lr-too-high", "dead-relu")),
    result("healthy", ("lr-too-low",), seed=0, verdict="healthy"),
    result("healthy", ("lr-too-low",), seed=1, errors=("T103",)),
]


def test_a_cause_in_second_place_is_a_hit_at_three_and_not_at_one():
    assert hits(RESULTS[:2], traindx, 1) == 1
    assert hits(RESULTS[:2], traindx, 3) == 2


def test_a_cause_that_is_as_right_is_a_hit():
    assert hits([result("wrong-loss", ("lr-too-high",), also=("lr-too-high",))], traindx, 1) == 1


def test_a_healthy_verdict_comes_before_the_causes_named_beside_it():
    assert RESULTS[2].answer == ("healthy", "lr-too-low")
    assert hits(RESULTS[2:], traindx, 1) == 1


def test_a_cause_that_is_ruled_out_is_not_named():
    assert result("dead-relu", (), ranking=(("dead-relu", "ruled-out", 0.01),)).answer == ()


def test_an_error_or_a_faulty_verdict_on_a_healthy_run_is_a_false_alarm():
    assert [alarmed(r) for r in RESULTS[2:]] == [False, True]
    assert alarmed(result("healthy", ()))
    assert not alarmed(result("healthy", (), verdict="unclear"))


def test_the_constant_answers_score_what_their_answer_is_worth():
    always = answers(RESULTS)
    assert hits(RESULTS, always["constant: healthy first"], 1) == 2
    assert hits(RESULTS, always["constant: commonest fault first"], 1) == 1


def test_a_project_whose_rules_fire_on_healthy_runs_is_seen_to():
    runs = [
        result("healthy", (), verdict="healthy", peers={"X": ("lr-too-high",)}),
        result("lr-too-high", (), peers={"X": ()}),
    ]
    assert "| rules of X | 0% (0% to 79%; 1) | 0% (0% to 79%; 1) | 100% (21% to 100%; 1) |" in compared(runs)


def test_the_interval_is_wilsons():
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17, 857, table I, method 3
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert shown(0, 0) == "-"


def test_places_count_only_where_a_line_is_at_fault():
    runs = [result("a", ("a",), placed=True), result("a", ("a",), placed=False), result("a", ("a",), placed=None)]
    assert "| 50% (9% to 91%; 2) |" in faults(runs, lambda r: r.cause)


def test_steps_are_counted_from_the_onset():
    runs = [result("a", ("a",), onset=40, detected=45), result("a", ("a",), onset=0, detected=5)]
    assert faults(runs, lambda r: r.cause).endswith("| 5 |")


def test_a_first_cause_that_is_right_as_often_as_it_says_is_calibrated():
    rankings = [(("a", "consistent", 0.5),), (("b", "consistent", 0.5),)]
    runs = [result("a", (), ranking=ranking) for ranking in rankings]
    assert calibration(runs).endswith("weighted by runs: 0.000.")


def test_the_page_names_every_miss():
    assert "| cnn_sgd | dead-relu | full | lr-too-high, dead-relu | faulty |  |" in summary(RESULTS)


def test_a_healthy_script_that_broke_is_left_out_and_named():
    page = summary([*RESULTS, result("healthy", (), seed=2, exit_status=1, errors=("T001",))])
    assert "2 faulty runs and 2 healthy ones" in page
    assert "did not run to their end here: cnn_sgd 1." in page
