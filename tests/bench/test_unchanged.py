"""Kinds of training that are easily harmed: the same weights and random numbers with and without the recorder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.unchanged.run import HERE, command, results

from traindx.core.recording import Recording
from traindx.recorder.launch import run_command

KINDS = ("lbfgs", "accumulation", "two_optimizers", "spawn_workers", "checkpointing", "average")


@pytest.mark.parametrize(
    "words", [[sys.executable, str(HERE / "kinds.py"), *KINDS], command("ddp")], ids=["alone", "ddp"]
)
def test_weights_and_random_numbers_are_the_same(tmp_path: Path, words: list[str]) -> None:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    plain = subprocess.run(words, cwd=tmp_path, env=env, text=True, capture_output=True)
    with (tmp_path / "said.txt").open("w") as said:
        run_command(words, tmp_path / "recording", cwd=tmp_path, env=env, stdout=said)
    without = results(plain.stdout)
    assert len(without) in (len(KINDS), 2), plain.stderr
    assert results((tmp_path / "said.txt").read_text()) == without
    assert len(Recording.load(tmp_path / "recording").step) >= 20
