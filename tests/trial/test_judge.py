"""How arms are judged: what a run learned, and what the arms together decide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from traindx.core.example import falling, flat, recording_with
from traindx.core.report import Arm
from traindx.trial.judge import arms_of, decide
from traindx.trial.learning import end_of, learned, noise, same_losses, same_start, start_of, thinned
from traindx.trial.rules import Rules, Run


def arm(name: str, seed: int, symptom: bool, share: float | None, **more: object) -> Arm:
    return replace(Arm(name, seed, 60, symptom, share, 1.0), **more)  # type: ignore[arg-type]


def verdict(*arms: Arm, unchanged: bool = False, **rules: object) -> str | None:
    ruling = decide(arms, Rules(**rules), unchanged=unchanged)  # type: ignore[arg-type]
    return ruling.verdict if ruling else None


ILL = [arm("control", 0, True, -1.0), arm("control", 1, True, -1.0)]
CURED = [arm("undone", 0, False, 0.7), arm("undone", 1, False, 0.72)]


def test_learned_is_the_share_by_which_the_loss_fell() -> None:
    assert learned(recording_with([2.0] * 5 + [1.0] * 50)) == pytest.approx(0.5)


def test_a_loss_that_ends_in_nan_has_learned_minus_one() -> None:
    assert learned(recording_with([*falling(steps=40), *[math.nan] * 20])) == -1.0


def test_a_single_nan_among_the_last_steps_is_forgiven() -> None:
    losses = falling(steps=60)
    losses[57] = math.nan
    assert learned(recording_with(losses)) == pytest.approx(0.95, abs=0.03)


def test_a_run_that_raised_has_learned_minus_one() -> None:
    raised = recording_with(
        falling(), events=[{"kind": "event", "event": "exception", "step": 59, "type": "ValueError"}]
    )
    assert learned(raised) == -1.0


def test_a_loss_that_explodes_and_comes_back_has_not_learned() -> None:
    assert learned(recording_with([2.3, 800.0, 400.0, 90.0, *flat(2.3, 60)])) == pytest.approx(0.0, abs=0.05)


def test_a_loss_that_collapses_to_nothing_has_not_learned() -> None:
    assert learned(recording_with([129.0, 60.0, *[3e-10] * 50])) == 0.0


def test_an_unseen_loss_is_no_number() -> None:
    assert learned(recording_with([None] * 20)) is None  # type: ignore[list-item]


def test_start_and_end_are_medians() -> None:
    steps, loss = np.arange(100.0), np.full(100, 3.0)
    loss[2], loss[95] = 50.0, 50.0
    assert start_of(steps, loss) == 3.0
    assert end_of(steps, loss) == 3.0


def test_arms_of_one_seed_are_measured_from_the_lowest_start() -> None:
    bad_scale = recording_with([40.0] * 5 + [2.3] * 50)
    scaled = recording_with([2.3] * 5 + [0.5] * 50)
    control, undone = arms_of([Run("control", 0, 1.0, bad_scale), Run("undone", 0, 1.0, scaled)], [True, False])
    assert control.learned == pytest.approx(0.0)
    assert undone.learned == pytest.approx(1 - 0.5 / 2.3)


def test_losses_on_other_targets_are_measured_from_their_own_start() -> None:
    control, undone = arms_of(
        [
            Run("control", 0, 1.0, recording_with([2.0] * 30)),
            Run("undone", 0, 1.0, recording_with([8.0] * 5 + [4.0] * 30)),
        ],
        [True, False],
        comparable=False,
    )
    assert (control.learned, undone.learned) == (0.0, 0.5)


def test_an_arm_without_a_recording_says_why() -> None:
    (only,) = arms_of([Run("control", 0, 1.0, None, "ended with status 1 before a training step was seen")], [False])
    assert only.failed and only.learned is None and only.loss == ()


def test_a_long_curve_is_thinned_evenly_in_steps() -> None:
    steps = np.concatenate([np.arange(1000.0), np.arange(1000.0, 10000.0, 10)])
    points = thinned(steps, steps)
    assert len(points) <= 200 and points[0] == 0 and points[-1] == steps[-1]
    assert np.median(np.diff(points)) == pytest.approx(50, abs=5)


def test_noise_of_a_flat_curve_covers_what_it_seems_to_learn() -> None:
    drawn = np.random.default_rng(0).normal(2.3, 0.4, (500, 60))
    seen = [abs(1 - np.median(c[-6:]) / min(np.median(c[:5]), c[0])) for c in drawn]
    assert np.mean([s < 2 * noise(list(c)) + 0.05 for s, c in zip(seen, drawn, strict=True)]) > 0.9


def test_runs_with_the_same_first_losses_have_the_same_start() -> None:
    one, other = recording_with(falling()), recording_with(falling(end=0.0))
    assert same_start(one, one) and not same_start(one, recording_with(flat(2.0)))
    assert same_losses(one, one) and not same_losses(one, other)


def test_runs_at_chance_with_other_gradients_have_not_the_same_start() -> None:
    level = [2.302585] * 60
    one, other = recording_with(level, grad_norm=0.31), recording_with(level, grad_norm=0.35)
    assert same_start(one, one) and not same_start(one, other)


def test_symptom_in_every_control_and_in_no_undone_run_is_confirmed() -> None:
    ruling = decide([*ILL, *CURED], Rules())
    assert ruling is not None and ruling.verdict == "confirmed"
    assert ruling.effect == pytest.approx(0.71) and ruling.spread == pytest.approx(0.02)


def test_one_cured_seed_of_two_needs_the_second() -> None:
    assert verdict(ILL[0], CURED[0]) is None


def test_one_seed_decides_where_one_was_planned() -> None:
    assert verdict(ILL[0], CURED[0], planned=1) == "confirmed"


WELL = [arm("control", s, False, 0.6) for s in (0, 1, 2)]
"""Controls in which no check sees anything."""


def test_a_control_without_the_symptom_is_set_beside_an_undone_arm() -> None:
    assert verdict(WELL[0]) is None
    assert verdict(WELL[0], arm("undone", 0, False, 0.6)) == "refuted"
    assert verdict(WELL[0], arm("undone", 0, True, 0.1)) == "refuted"
    assert verdict(WELL[0], arm("undone", 0, False, 0.6), unchanged=True) == "refuted"


def test_where_nothing_compares_a_control_without_the_symptom_refutes_at_once() -> None:
    assert verdict(WELL[0], comparable=False) == "refuted"
    assert verdict(WELL[0], basis=None) == "refuted"
    assert verdict(arm("control", 0, False, None)) == "refuted"


def test_a_symptom_of_the_recording_that_does_not_come_back_refutes_nothing() -> None:
    assert verdict(WELL[0], arm("undone", 0, False, 0.6), known=True) == "inconclusive"


def test_a_cause_that_no_check_sees_is_confirmed_by_what_was_learned_of_unseen_pictures() -> None:
    more = [arm("undone", s, False, 0.8 + s / 100) for s in (0, 1, 2)]
    seen = {"own": False, "basis": "validation accuracy", "planned": 3}
    assert verdict(WELL[0], more[0], **seen) is None, "one pair says nothing of other seeds"
    assert verdict(*WELL[:2], *more[:2], **seen) == "confirmed"
    assert verdict(*WELL, *more, **seen | {"basis": "training batches"}) == "inconclusive"
    assert verdict(*WELL, *more, **seen, whole=False) == "inconclusive", "faster for a while is no cure"


def test_a_small_gain_without_a_symptom_neither_confirms_nor_refutes() -> None:
    little = [arm("undone", s, False, 0.67) for s in (0, 1, 2)]
    assert verdict(*WELL, *little, own=False, basis="validation loss", planned=3) == "inconclusive"
    near = [[arm(kind, s, False, share) for s in (0, 1, 2)] for kind, share in (("control", 0.92), ("undone", 0.955))]
    ruled = verdict(*near[0], *near[1], own=False, basis="validation accuracy", planned=3)
    assert ruled == "inconclusive", "half of what was left to learn"


def test_what_learns_more_of_its_own_batches_and_not_of_others_is_not_refuted() -> None:
    controls = [arm("control", s, False, 0.44, held_out=0.92) for s in (0, 1)]
    undone = [arm("undone", s, False, 0.73, held_out=0.86) for s in (0, 1)]
    seen = {"own": False, "basis": "validation accuracy"}
    assert verdict(controls[0], undone[0], **seen) is None
    assert verdict(*controls, *undone, **seen) == "inconclusive"
    assert verdict(controls[0], undone[0], **seen, alike=False) == "refuted"


def test_a_symptom_in_some_controls_only_is_decided_by_what_was_learned() -> None:
    undone = [arm("undone", s, False, 0.7 + s / 100) for s in (0, 1, 2)]
    controls = [ILL[0], arm("control", 1, False, 0.68)]
    assert verdict(*controls, *undone[:2], basis="validation loss") == "inconclusive"
    assert verdict(ILL[0], WELL[1], WELL[2], *undone, planned=3, basis="validation loss") == "confirmed"


def test_a_fault_that_hits_seeds_unequally_is_judged_by_ranks() -> None:
    controls = [arm("control", s, True, share) for s, share in enumerate((0.71, 0.72, -1.0))]
    undone = [arm("undone", s, False, 0.97) for s in (0, 1, 2)]
    assert verdict(*controls[::2], *undone[::2], planned=3) is None
    assert verdict(*controls, *undone, planned=3) == "confirmed"
    assert verdict(*controls, *undone[:2], arm("undone", 2, False, 0.72), planned=3) == "inconclusive"


def test_a_symptom_that_stays_without_any_gain_refutes_at_once() -> None:
    assert verdict(arm("control", 0, True, 0.01), arm("undone", 0, True, 0.0)) == "refuted"


def test_a_run_that_merely_stands_still_is_no_cure_for_one_that_went_to_nan() -> None:
    assert verdict(ILL[0], arm("undone", 0, False, 0.001)) == "refuted"
    assert verdict(*ILL, arm("undone", 0, False, 0.0), arm("undone", 1, False, 0.0)) == "refuted"


def test_a_gain_within_the_spread_between_seeds_decides_nothing() -> None:
    controls = [arm("control", 0, True, 0.0), arm("control", 1, True, 0.5)]
    assert verdict(*controls, arm("undone", 0, False, 0.4), arm("undone", 1, False, 0.5)) == "inconclusive"


def test_a_gain_within_the_noise_of_the_curve_decides_nothing() -> None:
    noisy = tuple(np.random.default_rng(1).normal(2.0, 1.0, 60).clip(0.1).tolist())
    undone = [arm("undone", s, False, 0.2, loss=noisy) for s in (0, 1)]
    assert verdict(arm("control", 0, True, 0.0), arm("control", 1, True, 0.0), *undone) == "inconclusive"


def test_a_symptom_that_stays_beside_a_gain_decides_nothing() -> None:
    half = [arm("undone", 0, True, 0.6), arm("undone", 1, False, 0.6)]
    assert verdict(*ILL, *half) == "inconclusive"
    assert verdict(ILL[0], half[0]) == "inconclusive", "no further seed could confirm it"


def test_an_exact_fact_needs_no_better_loss() -> None:
    controls = [arm("control", s, True, 0.5) for s in (0, 1)]
    same = [arm("undone", s, False, 0.5) for s in (0, 1)]
    worse = [arm("undone", s, False, 0.1) for s in (0, 1)]
    assert verdict(*controls, *same, exact=True) == "confirmed"
    assert verdict(*controls, *same) == "refuted"
    assert verdict(*controls, *worse, exact=True) == "refuted"


def test_an_undone_run_that_went_exactly_as_its_control_decides_nothing() -> None:
    assert verdict(ILL[0], arm("undone", 0, True, -1.0), unchanged=True) == "inconclusive"


def test_what_other_checks_see_and_undoing_a_cause_does_not_touch_refutes_it() -> None:
    assert verdict(ILL[0], arm("undone", 0, True, -1.0), unchanged=True, own=False) == "refuted"


def test_where_the_targets_changed_the_repaired_run_must_learn_by_itself() -> None:
    controls = [arm("control", s, True, 0.9) for s in (0, 1)]
    learning = [arm("undone", s, False, 0.3) for s in (0, 1)]
    frozen = [arm("undone", s, False, 0.0) for s in (0, 1)]
    ruling = decide([*controls, *learning], Rules(comparable=False))
    assert ruling is not None and ruling.verdict == "confirmed" and ruling.effect is None
    assert verdict(*controls, *frozen, comparable=False) == "refuted"


def test_an_arm_that_ran_out_of_time_decides_nothing() -> None:
    ruling = decide([arm("control", 0, False, None, failed="was stopped after 3 s and 2 steps")], Rules())
    assert ruling is not None and ruling.verdict == "inconclusive" and "3 s" in ruling.why


def test_a_symptom_that_no_check_could_look_for_decides_nothing() -> None:
    assert verdict(arm("control", 0, False, 0.5), seeable=False) == "inconclusive"


def test_without_any_loss_a_cure_is_not_claimed() -> None:
    blind = [arm("control", 0, True, None), arm("undone", 0, False, None)]
    assert verdict(*blind, planned=1) == "inconclusive"
    assert verdict(*blind, planned=1, exact=True) == "confirmed"
