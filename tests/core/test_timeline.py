"""What happened when: jumps of the rate, switched modes, passes, and what a log tells."""

from __future__ import annotations

import numpy as np

from traindx.core.example import falling, recording_with
from traindx.core.history import history_of
from traindx.core.timeline import jumps_of, steps_of_epoch, timeline_of, within


def passes(*starts: int, batches: int = 20) -> list[dict[str, object]]:
    return [
        {"kind": "pass", "loader": 0, "pass": i, "step": s, "training": True, "batches": batches, "ended": "exhausted"}
        for i, s in enumerate(starts)
    ]


def test_a_milestone_is_a_jump_and_smooth_schedules_are_none() -> None:
    steps = np.arange(200)
    assert jumps_of(np.where(steps < 120, 0.1, 0.01)) == [120]
    assert jumps_of(np.where(steps < 120, 0.01, 0.1)) == [120]
    assert jumps_of(0.05 * (1 + np.cos(np.pi * steps / 200))) == []
    assert jumps_of(0.1 * np.minimum(steps / 50, 1)) == []
    assert jumps_of(np.power(0.98, steps, dtype=np.float64)) == []
    assert jumps_of(np.full(200, 0.1)) == []


def test_events_stand_at_their_steps_with_the_line_of_the_user() -> None:
    mode = {"kind": "event", "event": "mode", "step": 30, "training": False, "path": "train.py", "line": 12}
    rates = [0.1 if i < 40 else 0.01 for i in range(60)]
    recording = recording_with(falling(), lr=rates, events=[mode, *passes(0, 20, 40)])
    found = timeline_of({"recording": recording})
    assert [(h.kind, h.at) for h in found] == [("epoch", 20), ("mode", 30), ("rate", 40), ("epoch", 40)]
    assert (found[1].place.path, found[1].place.line) == ("train.py", 12)
    assert [h.kind for h in within(found, 25, 35)] == ["mode"]


def test_an_epoch_is_a_pass_over_the_loader_that_trains_most() -> None:
    other = [{"kind": "pass", "loader": 1, "pass": 0, "step": 5, "training": True, "batches": 1, "ended": "left"}]
    recording = recording_with(falling(), events=[*passes(0, 20, 40), *other])
    assert [steps_of_epoch(recording, n) for n in range(5)] == [None, (0, 19), (20, 39), (40, 59), None]


def test_a_log_tells_of_its_rate_and_the_end_of_its_warm_up() -> None:
    rows = [{"epoch": i, "train/loss": 1.0, "lr/pg0": 0.1 if i < 8 else 0.01} for i in range(1, 13)]
    found = timeline_of({"history": history_of(rows, warmup_epochs=3.0)})
    assert [(h.kind, h.at) for h in found] == [("rate", 4), ("rate", 8)]
