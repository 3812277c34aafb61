"""Reading recordings back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from traindx.core.recording import Recording
from traindx.errors import TraindxError

LINES = [
    {"kind": "start", "schema": 1, "rank": 0},
    {"kind": "model", "step": 0, "name": "Net", "layers": [{"name": "fc", "kind": "Linear", "shape": [2, 3]}]},
    {
        "kind": "step",
        "step": 0,
        "time": 0.1,
        "loss": 2.0,
        "training": True,
        "calls": "zfbs",
        "weight_norm": 2.0,
        "update_norm": 1.0,
    },
    {"kind": "step", "step": 1, "time": 0.2, "loss": "nan", "training": False, "calls": "fbs"},
    {"kind": "step", "step": 2, "time": 0.3, "calls": "fbs"},
]


def write(folder: Path, rank: int = 0, *, cut: int = 0) -> None:
    text = "\n".join(json.dumps({**line, "rank": rank}) for line in LINES) + "\n"
    (folder / f"rank-{rank}.jsonl").write_text(text[: len(text) - cut])


def test_lines_become_columns_and_a_broken_loss_is_told_from_an_unknown_one(tmp_path: Path) -> None:
    write(tmp_path)
    recording = Recording.load(tmp_path)
    assert recording.loss[0] == 2.0
    assert np.isinf(recording.loss[1])
    assert np.isnan(recording.loss[2])
    assert recording.training.tolist() == [1, 0, -1]
    assert recording.update_ratio[0] == 0.5
    assert recording.recorded.tolist() == [True, False, False]


def test_a_line_cut_by_a_kill_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, cut=7)
    assert Recording.load(tmp_path).step.tolist() == [0, 1]


def test_ranks_are_read_together(tmp_path: Path) -> None:
    write(tmp_path, 1)
    write(tmp_path, 0)
    recording = Recording.load(tmp_path)
    assert (recording.rank, [r.rank for r in recording.ranks]) == (0, [1])


def test_a_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="holds no recording"):
        Recording.load(tmp_path)
