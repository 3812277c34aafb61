"""Runs a script as its own process under the recorder and diagnoses what it left."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from traindx.core.report import Diagnosis, Report
from traindx.examine import diagnose
from traindx.recorder.launch import run_command


@dataclass(frozen=True)
class Diagnosed:
    """What a script was diagnosed with: its report, exit status, and output."""

    script: Path
    report: Report
    exit_status: int
    output: str

    @property
    def first(self) -> Diagnosis:
        """The diagnosis that stands first."""
        return self.report.diagnoses[0]

    @property
    def alarms(self) -> list[str]:
        """Codes of the checks that failed at level error or warning."""
        return [o.code for o in self.report.outcomes if o.status == "failed" and o.level in ("error", "warning")]

    def line_of(self, text: str) -> int:
        """The number of the first line of the script that contains `text`."""
        lines = self.script.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture
def diagnosed(tmp_path: Path) -> Callable[..., Diagnosed]:
    """Record a script, given as text, with arguments, and diagnose it: `diagnosed(text, "--lr", "0.1").first.cause`."""

    def go(script: str, *arguments: str) -> Diagnosed:
        path, said, folder = tmp_path / "train.py", tmp_path / "said.txt", tmp_path / "recording"
        path.write_text(script)
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        with said.open("w") as stdout:
            done = run_command(
                [sys.executable, "train.py", *arguments], folder, cwd=tmp_path, env=env, stdout=stdout, timeout=300
            )
        return Diagnosed(path, diagnose(folder), done.exit_status, said.read_text())

    return go
