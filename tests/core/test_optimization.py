"""Loss scale, clipping and schedulers read back from lines."""

from __future__ import annotations

import math
from typing import Any

import pytest

from traindx.core.optimization import clipping_of, loss_scale_of, schedulers_of
from traindx.core.recording import Recording, recording_of


def recorded(*lines: dict[str, Any], **details: dict[int, Any]) -> Recording:
    steps = sorted({step for values in details.values() for step in values})
    written = [
        {"kind": "step", "step": s, "weight_norm": 1.0, **{k: v[s] for k, v in details.items() if s in v}}
        for s in steps
    ]
    return recording_of([*lines, *written])


def test_the_share_of_steps_left_out_and_the_scales_come_back() -> None:
    scaler = {0: {"scale": 1024.0, "attempts": 1, "skipped": 0}, 5: {"scale": 512.0, "attempts": 8, "skipped": 2}}
    found = loss_scale_of(recorded(scaler=scaler))
    assert found is not None and (found.attempts, found.skipped, found.share) == (8, 2, 0.25)
    assert found.step.tolist() == [0, 5] and found.scale.tolist() == [1024.0, 512.0]
    ended = loss_scale_of(recorded({"kind": "scaler_end", "attempts": 20, "skipped": 20}, scaler=scaler))
    assert ended is not None and ended.share == 1.0


def test_a_scaler_that_was_bypassed_has_no_share() -> None:
    found = loss_scale_of(recorded(scaler={3: {"bypassed": True}}))
    assert found is not None and found.bypassed == (3,) and math.isnan(found.share)


def test_clips_come_back_with_what_they_cut() -> None:
    clip = {0: {"max_norm": 1.0, "norm": 3.0, "cut": 1, "of": 1, "scaled": True}, 1: {"max_value": 0.1}}
    found = clipping_of(recorded(clip=clip))
    assert found is not None and (found.cut, found.of, found.scaled) == (1, 1, (0,))
    assert found.norm[0] == 3.0 and math.isnan(found.limit[1])


def test_a_scheduler_comes_back_with_its_plan_and_callers() -> None:
    line = {"kind": "scheduler", "index": 0, "class": "OneCycleLR", "optimizer": 1, "settings": {"total_steps": 9}}
    plan = {"plan": {"calls": [0, 8], "rates": [0.1, 0.0], "length": 9}}
    call = {"kind": "scheduler_call", "scheduler": 0, "path": "train.py", "line": 4}
    schedule = {2: [{"scheduler": 0, "calls": 2, "rate": 0.1, "applied": 0.5}], 3: [{"scheduler": 0, "calls": 3}]}
    (found,) = schedulers_of(recorded({**line, **plan}, call, schedule=schedule))
    assert (found.kind, found.optimizer, found.length, found.calls) == ("OneCycleLR", 1, 9, None)
    assert found.plan_rates == pytest.approx([0.1, 0.0]) and [str(c) for c in found.callers] == ["train.py:4"]
    assert found.overridden == (2,)


def test_a_recording_without_any_of_it_gives_nothing() -> None:
    recording = recorded(loss={0: 1.0})
    assert (loss_scale_of(recording), clipping_of(recording), schedulers_of(recording)) == (None, None, ())
