"""How a run stands is read from what its files have grown by."""

from __future__ import annotations

import json
from pathlib import Path

from traindx.core.live import Follower, Live


def line(step: int, **fields: object) -> str:
    return json.dumps({"kind": "step", "step": step, "time": step * 0.5, "seconds": 0.5, "wait": 0.1, **fields}) + "\n"


def test_an_empty_folder_has_no_step(tmp_path: Path) -> None:
    assert Follower(tmp_path).look() == Live()


def test_only_whole_lines_count_and_each_once(tmp_path: Path) -> None:
    follower, file = Follower(tmp_path), tmp_path / "rank-0.jsonl"
    file.write_text(line(0, loss=2.0, lr=0.1, grad_norm=3.0) + line(1, loss=1.5)[:-10])
    first = follower.look()
    assert (first.step, first.loss, first.grad_norm) == (0, 2.0, 3.0)
    file.write_text(line(0, loss=2.0, lr=0.1, grad_norm=3.0) + line(1, loss=1.5))
    second = follower.look()
    assert (second.step, second.loss, second.lr, second.grad_norm) == (1, 1.5, 0.1, 3.0)
    assert second.steps_per_second == 2.0 and second.wait == 0.2
    assert follower.look().written == second.written == file.stat().st_size


def test_each_rank_has_its_step(tmp_path: Path) -> None:
    (tmp_path / "rank-0.jsonl").write_text(line(7, loss=1.0) + "not json\n[1]\n")
    (tmp_path / "rank-1.jsonl").write_text(line(5, loss=9.0))
    live = Follower(tmp_path).look()
    assert live.ranks == {0: 7, 1: 5} and live.loss == 1.0
