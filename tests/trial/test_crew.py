"""How many arms run at a time, and how an arm that is over is found again."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from traindx.core.setup import Setup
from traindx.core.treatment import scale_lr
from traindx.trial.arms import Bench, Order, finished
from traindx.trial.crew import HEADROOM, Crew, visible_gpus
from traindx.trial.kept import FILE, Kept, keep, kept


def bench(home: Path) -> Bench:
    return Bench(Setup(("python", "t.py"), str(home), "pytorch"), home, 0.0, time.monotonic() + 60)


def test_no_more_arms_run_than_memory_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    crew = Crew(bench(tmp_path), jobs=3)
    free = psutil.virtual_memory().available
    assert crew.room(int(10 * free)) == 1
    assert crew.room(int(free / HEADROOM / 2.5)) == min(2, len(visible_gpus()) or 2)


def test_one_arm_runs_on_each_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert visible_gpus() == ["2", "5"] and Crew(bench(tmp_path), jobs=8).room(0) == 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert visible_gpus() == []


def test_an_arm_has_the_same_folder_whenever_it_is_the_same_arm() -> None:
    order = Order("undone", 1, 60, "lr-too-high", (scale_lr(0.1),))
    assert order.name == replace(order, steps=90).name != replace(order, treatments=(scale_lr(0.01),)).name
    assert Order("control", 0, 60).name == "control-seed0"


def test_an_arm_that_is_over_is_known_by_what_it_was(tmp_path: Path) -> None:
    facts = Kept(0, 12.5, 60.0, ("/a",), 10**6)
    assert kept(tmp_path, {"seed": 0}) is None
    keep(tmp_path, {"seed": 0, "treatments": ("x",)}, facts)
    assert kept(tmp_path, {"seed": 0, "treatments": ["x"]}) == facts
    assert kept(tmp_path, {"seed": 1, "treatments": ["x"]}) is None
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text()[:20])
    assert kept(tmp_path, {"seed": 0, "treatments": ["x"]}) is None


def test_an_arm_that_ran_out_of_time_is_run_again(tmp_path: Path) -> None:
    place, order = bench(tmp_path), Order("control", 0, 60)
    (tmp_path / order.name).mkdir()
    which = {"command": ["python", "t.py"], "steps": 60, "seed": 0, "treatments": json.dumps([])}
    keep(tmp_path / order.name, which, Kept(None, 5.0, 5.0))
    assert finished(place, order) is None
    stopped = finished(place, order, also_stopped=True)
    assert stopped is not None and stopped.run.failed is not None and "was stopped after 5 s" in stopped.run.failed
