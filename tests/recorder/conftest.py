"""Records small trainings, in this process or by a command, and hands back the recording."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from traindx.core.recording import Recording
from traindx.core.treatment import Treatment
from traindx.recorder.attach import Attachment
from traindx.recorder.launch import RunResult, run_command
from traindx.recorder.session import Session

Record = Callable[..., AbstractContextManager[Session]]


@dataclass(frozen=True)
class Done:
    """A command that was run: how it ended, what it said, and its folder."""

    result: RunResult
    output: str
    folder: Path

    @property
    def recording(self) -> Recording:
        return Recording.load(self.folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recording"


@pytest.fixture
def record(folder: Path) -> Record:
    """Record what happens in a `with` block, with treatments: `with record(scale_lr(10)): ...`."""

    @contextmanager
    def recorded(*treatments: Treatment, budget: float = 1.0) -> Iterator[Session]:
        session = Session(torch, folder, treatments=treatments, budget=budget)
        attachment = Attachment(torch, session)
        try:
            yield session
        finally:
            session.end()
            attachment.detach()

    return recorded


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> Callable[..., Done]:
    """Run a script, given as text, as its own process: `run(text, recorded=False)` without the recorder."""

    def go(script: str, *arguments: str, python: Sequence[str] = (), recorded: bool = True, **options: Any) -> Done:
        path = tmp_path / "train.py"
        path.write_text(script)
        said = tmp_path / "said.txt"
        command = [sys.executable, *python, "train.py", *arguments]
        env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", **options.pop("env", {})}
        with said.open("w") as stdout:
            if not recorded:
                status = subprocess.run(command, cwd=tmp_path, env=env, stdout=stdout).returncode
                return Done(RunResult(status, 0.0, folder), said.read_text(), folder)
            result = run_command(command, folder, cwd=tmp_path, env=env, stdout=stdout, **options)
        return Done(result, said.read_text(), folder)

    return go


class Net(torch.nn.Module):
    """A small convolutional classifier of 3 x 12 x 12 pictures."""

    def __init__(self, classes: int = 4) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3)
        self.norm = torch.nn.BatchNorm2d(8)
        self.relu = torch.nn.ReLU(inplace=True)
        self.drop = torch.nn.Dropout(0.2)
        self.head = torch.nn.Linear(800, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.drop(self.relu(self.norm(self.conv(x)))).flatten(1))


def batch(size: int = 8, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures and classes, drawn."""
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.randn(size, 3, 12, 12, generator=generator)
    return pictures, torch.randint(0, 4, (size,), generator=generator)


def train(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int, *, zero: bool = True) -> None:
    """The plain loop."""
    for step in range(steps):
        x, y = batch(seed=step)
        if zero:
            optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
