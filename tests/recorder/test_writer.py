"""The file of a recording."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from traindx.core.recording import Recording
from traindx.recorder.writer import Writer


def test_a_line_is_in_the_file_as_soon_as_it_is_written(folder: Path) -> None:
    writer = Writer(folder, 0)
    writer.write({"kind": "start", "rank": 0}, {"kind": "step", "step": 0, "loss": 1.5})
    lines = [json.loads(line) for line in writer.path.read_text().splitlines()]
    assert lines[1]["loss"] == 1.5


def test_a_file_that_is_there_is_never_written_over(folder: Path) -> None:
    first, second, third = (Writer(folder, 3).path.name for _ in range(3))
    assert (first, second, third) == ("rank-3.jsonl", "rank-3.2.jsonl", "rank-3.3.jsonl")


def test_a_loss_that_is_not_finite_is_told_from_an_unknown_one(folder: Path) -> None:
    writer = Writer(folder, 0)
    writer.write(*({"kind": "step", "step": i, "loss": v} for i, v in enumerate([math.nan, math.inf, None])))
    loss = Recording.load(folder).loss
    assert math.isinf(loss[0]) and math.isinf(loss[1]) and math.isnan(loss[2])


@pytest.mark.parametrize("cut", [2, 7, 60, 100])
def test_a_recording_cut_at_any_byte_can_be_read(folder: Path, cut: int) -> None:
    writer = Writer(folder, 0)
    writer.write({"kind": "start", "rank": 0})
    writer.write(*({"kind": "step", "step": i, "loss": 1.0} for i in range(5)))
    whole = writer.path.read_bytes()
    writer.path.write_bytes(whole[:-cut])
    assert 2 <= len(Recording.load(folder).step) < 5
