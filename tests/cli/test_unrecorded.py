"""A command that left no recording is told in one line why, and what to write in the script instead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from traindx.cli.unrecorded import blinding_flag, why_unrecorded


@pytest.mark.parametrize(
    ("command", "flag"),
    [
        (["python", "-I", "train.py"], "-I"),
        (["/usr/bin/python3.11", "-uE", "train.py"], "-E"),
        (["torchrun", "train.py", "-I"], None),
        (["python", "train.py", "-I"], None),
        (["python", "-c", "print()", "-E"], None),
        (["python", "-m", "train", "-S"], None),
        (["python", "--version", "-S"], "-S"),
        (["env", "python", "-S", "train.py"], "-S"),
    ],
)
def test_options_that_keep_the_recorder_out_are_found_and_no_others(command: list[str], flag: str | None) -> None:
    assert blinding_flag(command) == flag


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        ("torch", "no model was trained"),
        ("failed", "could not start"),
        ("python", "imported torch"),
        (None, "could be seen"),
    ],
)
def test_the_line_says_how_far_the_recorder_came(tmp_path: Path, reached: str | None, words: str) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"reached": reached}))
    line = why_unrecorded(["torchrun", "train.py"], tmp_path)
    assert words in line and "\n" not in line
    assert ("traindx.record()" in line) == (reached in ("python", None))


def test_an_isolated_interpreter_is_named_with_what_to_write_instead(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from traindx.cli import main; main()", "run", "--", sys.executable, "-I", "-c"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, "print(1)"], cwd=tmp_path, env=env, capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 2 and last.startswith("traindx: nothing was recorded: python -I starts without")
    assert "with traindx.record():" in last and "traindx.lightning.Callback()" in last
    assert not list(tmp_path.glob("traindx-runs/*/reached-*"))
