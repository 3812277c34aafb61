"""A recorded training is the training: the same weights, bit for bit, the same random numbers, the same words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.recorder.conftest import Done

CASES = """
import hashlib, sys
import torch
from torch import nn

def run(name, make, workers=0, autocast=False, compiled=None, steps=50):
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.randn(160, 3, 12, 12), torch.randint(0, 4, (160,)))
    loader = torch.utils.data.DataLoader(data, 16, shuffle=True, num_workers=workers)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.Dropout(0.2),
                          nn.Flatten(), nn.Linear(800, 4))
    called = torch.compile(model, backend=compiled) if compiled else model
    optimizer = make(model.parameters())
    done = 0
    while done < steps:
        for x, y in loader:
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                loss = nn.functional.cross_entropy(called(x), y)
            loss.backward()
            optimizer.step()
            done += 1
            if done == steps:
                break
    state = b"".join(t.detach().numpy().tobytes() for t in model.state_dict().values())
    print(name, hashlib.sha256(state).hexdigest(), torch.rand(1).item(), flush=True)

sgd = lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)
adamw = lambda p: torch.optim.AdamW(p, 1e-3)
run("sgd", sgd)
run("adamw", adamw)
run("two loader workers", adamw, workers=2)
run("bf16 autocast", sgd, autocast=True)
run("compiled", sgd, compiled="eager")
run("compiled with autograd", sgd, compiled="aot_eager", steps=20)
if "fail" in sys.argv:
    def inner():
        return nn.functional.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 7]))
    inner()
"""


COMPILED = """
import warnings
import torch
from torch import nn
warnings.simplefilter("error")
model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
frames = [0]

def backend(graph, inputs):
    frames[0] += 1
    return graph

@torch.compile(backend=backend, fullgraph=True)
def loss_of(x, y):
    return nn.functional.cross_entropy(model(x), y)

whole = torch.compile(model, backend=backend)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(60):
    optimizer.zero_grad()
    x, y = torch.randn(8, 6), torch.randint(0, 2, (8,))
    loss = loss_of(x, y) if step < 30 else nn.functional.cross_entropy(whole(x), y)
    loss.backward()
    optimizer.step()
print(frames)
"""


def test_compiled_functions_and_modules_compile_as_often_and_warn_of_nothing(run: Callable[..., Done]) -> None:
    done = run(COMPILED)
    assert (done.result.exit_status, done.output) == (0, "[2]\n")
    recording = done.recording
    assert len(recording.step) == 60 and np.isfinite(recording.loss).all() and (recording.training == 1).all()
    assert [p.name for p in recording.parameters] == ["0.weight", "0.bias", "2.weight", "2.bias"]


def plain(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, "train.py", *arguments]
    both = subprocess.STDOUT
    return subprocess.run(command, cwd=tmp_path, env=env, text=True, stdout=subprocess.PIPE, stderr=both)


def test_weights_random_state_output_and_traceback_are_those_of_the_unrecorded_run(
    tmp_path: Path, run: Callable[..., Done]
) -> None:
    recorded = run(CASES, "fail")
    unrecorded = plain(tmp_path, "fail")
    assert recorded.output == unrecorded.stdout
    assert recorded.result.exit_status == unrecorded.returncode == 1
    assert len(re.findall(r" [0-9a-f]{64} ", unrecorded.stdout)) == 6
    recording = recorded.recording
    assert len(recording.step) == 270
    assert np.isfinite(recording.loss).all()
    assert [o.kind for o in recording.optimizers] == ["SGD", "AdamW", "AdamW", "SGD", "SGD", "SGD"]
    assert recording.ending == "raised"
    (raised,) = recording.of("exception")
    assert raised.data["type"] == "IndexError" and str(raised.source) == "train.py:38"


TRACE = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.randn(32, 8), torch.randint(0, 3, (32,))
for step in range(40):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    if step in (5, 30):
        traced = torch.jit.trace(model, x)
        print("traced", torch.equal(traced(x), model(x)))
"""


def test_a_trace_taken_in_the_middle_of_training_is_left_alone(tmp_path: Path) -> None:
    from traindx.recorder.launch import run_command

    script = tmp_path / "trace.py"
    script.write_text(TRACE)
    with (tmp_path / "out.txt").open("wb") as out:
        result = run_command([sys.executable, str(script)], tmp_path / "recording", stdout=out)
    assert result.exit_status == 0
    assert (tmp_path / "out.txt").read_text().splitlines() == ["traced True", "traced True"]
