"""Scores of the benchmark."""

from score import alarms, baselines, hits, summary
from tests.bench.examples import result

RESULTS = [
    result("lr-too-high", ("lr-too-high",)),
    result("dead-relu", ("lr-too-high", "dead-relu")),
    result("healthy", ("lr-too-low",), seed=0, verdict="healthy"),
    result("healthy", ("lr-too-low",), seed=1, errors=("T103",)),
]


def test_a_cause_in_second_place_is_a_hit_at_three_and_not_at_one():
    assert hits(RESULTS[:2], lambda r: r.answer, 1) == 0.5
    assert hits(RESULTS[:2], lambda r: r.answer, 3) == 1.0


def test_a_healthy_verdict_comes_before_the_causes_named_beside_it():
    assert RESULTS[2].answer == ("healthy", "lr-too-low")
    assert hits(RESULTS[2:], lambda r: r.answer, 1) == 0.5


def test_a_cause_that_is_ruled_out_is_not_named():
    assert result("dead-relu", (), ranking=(("dead-relu", "ruled-out", 0.01),)).answer == ()


def test_an_error_on_a_healthy_run_is_a_false_alarm():
    assert [(r.seed, codes) for r, codes in alarms(RESULTS)] == [(1, ("T103",))]


def test_the_constant_answers_score_what_their_answer_is_worth():
    always = baselines(RESULTS)
    assert hits(RESULTS, always["constant: healthy first"], 1) == 0.5
    assert hits(RESULTS, always["constant: lr-too-high first"], 1) == 0.25


def test_the_page_names_every_miss():
    page = summary(RESULTS)
    assert "| cnn | dead-relu | full | 0 | lr-too-high, dead-relu | faulty |" in page
    assert "1 in 2 runs, 0.50 per healthy run" in page
