"""Whether a fault harmed its run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from effect import learned, unharmed, validated
from tests.bench.examples import result
from traindx.core.example import falling, recording_with
from traindx.core.history import history_of


def test_what_was_learned_is_the_share_that_the_loss_fell_by() -> None:
    found = learned(recording_with(falling(start=2.0, end=0.2)))
    assert found is not None and 0.85 < found < 0.92
    assert learned(recording_with([float("nan")] * 20)) is None


def test_the_last_metric_that_is_known_counts() -> None:
    rows = [{"epoch": n, "metric/accuracy": a} for n, a in enumerate((0.2, 0.5, np.nan))]
    assert validated(history_of(rows, source="log", tool="a log")) == 0.5
    assert validated(None) is None


def test_a_run_that_learns_as_much_as_its_twin_was_not_harmed() -> None:
    twin = result("healthy", ("healthy",), variant="as-is", steps=100, learned=0.9, validated=0.8)
    same = result("lr-too-high", (), steps=100, learned=0.88, validated=0.79)
    runs = [replace(same, variant=v) for v in ("same", "worse", "blind", "short", "ended")]
    runs[1] = replace(runs[1], validated=0.7)
    runs[2] = replace(runs[2], learned=None, validated=None)
    runs[3] = replace(runs[3], steps=50)
    runs[4] = replace(runs[4], exit_status=1)
    assert unharmed([twin, *runs]) == {runs[0].key}
    assert unharmed(runs) == set()
