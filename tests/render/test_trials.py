"""A trial in the terminal: its numbers in a line, its arms in a plot of characters."""

from __future__ import annotations

import math
from dataclasses import replace

from tests.render.examples import run
from traindx.core.report import Arm, Trial
from traindx.render.trials import HEIGHT, effect_words, kind_names, plot

NAN = math.nan


def arm(name: str, seed: int, *loss: float) -> Arm:
    return Arm(name, seed, len(loss), name == "control", 0.5, 1.0, loss)


def trial(*arms: Arm, effect: float | None = 0.5) -> Trial:
    return Trial("confirmed", "rate × 0.1", "s", effect, 0.1, arms, 40.0, (0.3, 0.7), "validation loss")


def test_effect_interval_seeds_measure_and_cost_stand_in_one_line() -> None:
    words = effect_words(
        trial(arm("control", 0, 2.0), arm("undone", 0, 1.0), arm("control", 1, 2.0), arm("undone", 1, 1.0))
    )
    assert words == (
        "learned 0.50 more of the way (95 % interval 0.30 to 0.70, 2 seeds), by the validation loss; 4 runs, 40 s"
    )


def test_a_single_seed_is_told_as_one() -> None:
    words = effect_words(trial(arm("control", 0, 2.0), arm("undone", 0, 1.0)))
    assert "one seed" in words and "95 %" not in words


def test_without_an_effect_the_cost_is_told_alone() -> None:
    assert effect_words(trial(arm("control", 0, 2.0), effect=None)) == "1 run, 40 s"


def test_both_kinds_of_arm_stand_in_one_plot_as_wide_as_their_seeds_differ() -> None:
    up = [arm("control", s, *[2.0 + s / 2] * 40) for s in (0, 1)]
    down = [arm("undone", s, *[1.0 - i / 50 for i in range(40)]) for s in (0, 1)]
    drawn = plot(trial(*up, *down), 60)
    assert len(drawn) == HEIGHT + 2 and all(len(line) <= 60 for line in drawn)
    columns = [line.ljust(60)[15] for line in drawn[:HEIGHT]]
    assert columns.count("x") == 3 and columns.count("o") == 1 and columns.index("x") < columns.index("o")
    assert "step 0 to 40" in drawn[-1]


def test_an_arm_that_goes_to_infinity_runs_along_the_top_and_one_that_is_nan_ends() -> None:
    drawn = plot(trial(arm("control", 0, 2.0, 1.9, math.inf, math.inf), arm("undone", 0, 2.0, 1.5, NAN, NAN)), 60)
    assert drawn[0].endswith("x") and "o" not in "".join(line[40:] for line in drawn[:HEIGHT])


def test_without_a_loss_nothing_is_drawn() -> None:
    assert plot(trial(arm("control", 0), arm("undone", 0)), 60) == []
    assert plot(trial(arm("control", 0, NAN)), 60) == []


def test_the_arms_are_called_by_what_was_done_to_them() -> None:
    assert kind_names(trial(arm("control", 0, 1.0), arm("undone", 0, 1.0))) == {
        "control": "unchanged",
        "undone": "rate × 0.1",
    }


def test_a_diverging_run_is_drawn_beside_one_that_learns() -> None:
    shown = "\n".join(plot(replace(run.trial(), interval=None), 68))
    assert "x" in shown and "o" in shown
