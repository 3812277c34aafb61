"""Trainings killed by SIGKILL at random moments: does every recording open, and how much does it lack?

    python bench/recorder_killed.py [--times 200] [--longest 3] [--seed 0]

Each training runs in a process of its own (made by fork, so that torch is imported once) and notes each step and its time
in shared memory; it is killed at a random moment after its first step. What the recording lacks is the time from its last
written step to the last step that the training had done.
"""

from __future__ import annotations

import argparse
import mmap
import os
import random
import signal
import statistics
import struct
import tempfile
import time
from pathlib import Path

import torch

from traindx.core.recording import Recording
from traindx.recorder import record


def train(folder: Path, shared: mmap.mmap) -> None:
    """Train without end; after each step write its number and the time into `shared`."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3),
        torch.nn.BatchNorm2d(16),
        torch.nn.ReLU(),
        torch.nn.Flatten(),
        torch.nn.Linear(1600, 4),
    )
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    with record(folder=folder):
        step = 0
        while True:
            optimizer.zero_grad()
            x, y = torch.randn(16, 3, 12, 12), torch.randint(0, 4, (16,))
            torch.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
            step += 1
            shared[:16] = struct.pack("qd", step, time.time())


def killed(folder: Path, after: float) -> tuple[int, float]:
    """Train in a child and kill it `after` seconds from its first step; the number of steps it did, and when the last was."""
    shared = mmap.mmap(-1, 16)
    child = os.fork()
    if child == 0:
        try:
            train(folder, shared)
        finally:
            os._exit(1)
    while struct.unpack("qd", shared[:16])[0] == 0:
        time.sleep(0.001)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    steps, last = struct.unpack("qd", shared[:16])
    return int(steps), float(last)


def main() -> None:
    """Kill, open, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--longest", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)
    draw, lacking, unopened = random.Random(given.seed), [], 0
    for number in range(given.times):
        with tempfile.TemporaryDirectory() as home:
            steps, last = killed(Path(home) / "run", draw.uniform(0.0, given.longest))
            try:
                recording = Recording.load(Path(home) / "run")
            except Exception as error:
                unopened += 1
                print(f"{number}: {type(error).__name__}: {error} after {steps} steps", flush=True)
                continue
            began = float(recording.start["time"])
            written = began + float(recording.time[-1]) if len(recording.step) else began
            lacking.append(max(0.0, last - written))
    lacking.sort()
    print(f"killed {given.times} times, {unopened} recordings do not open")
    print(f"lacking: median {statistics.median(lacking):.2f} s, largest {lacking[-1]:.2f} s")


if __name__ == "__main__":
    main()
