"""What recording costs: CPU time of trainings with and without it, in turn in one process, beside what else watches trainings.

    python -m bench.recorder_overhead [--works "YOLOv8n;ViT-tiny"] [--pairs 5] [--peers] [--report]

Peers run in the first pair. Each pair trains the same network on the same drawn batches, plain and watched, in alternating
order, on one thread; a step's CPU time is held against that of the plain half of the same pair. Figures without noise beside
them: Python functions and operations of torch that a step calls more than without. `--report` writes
`bench/results/recorder_overhead.md` from all runs.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from bench.overhead.counted import counted
from bench.overhead.peers import PEERS
from bench.overhead.work import WORKS, made

from traindx.recorder import record
from traindx.recorder.attach import attached_session

RESULTS = Path(__file__).parent / "results"
LINES, PAGE = RESULTS / "recorder_overhead.jsonl", RESULTS / "recorder_overhead.md"
FIRST, WARM = 20, 4


def timed(step: Callable[[], Any], count: int) -> float:
    """Milliseconds of CPU time of one step."""
    started = time.process_time()
    for _ in range(count):
        step()
    return (time.process_time() - started) / count * 1e3


def plain(name: str) -> dict[str, float]:
    """The training as it is: its first 20 steps, and the others."""
    step, steps = made(name).step, WORKS[name][1]
    return {"first": timed(step, FIRST), "rest": timed(step, steps)}


def default(name: str) -> dict[str, float]:
    """The same while recorded at the default schedule, the recorder's own account, and how many steps were recorded."""
    steps = WORKS[name][1]
    with tempfile.TemporaryDirectory() as home:
        with record(folder=Path(home) / "run"):
            step = made(name).step
            first = timed(step, FIRST)
            session: Any = attached_session(torch)
            before, began = session.cost, time.perf_counter()
            rest = timed(step, steps)
            share = (session.cost - before) / (time.perf_counter() - began)
        lines = [json.loads(line) for line in (Path(home) / "run" / "rank-0.jsonl").read_text().splitlines()]
    late = sum(1 for x in lines if x.get("weight_norm") is not None and x["step"] >= FIRST)
    return {"first": first, "rest": rest, "account": share, "recorded": late}


def forced(name: str) -> dict[str, float]:
    """Steps of which none, and steps of which each is recorded."""
    count = WORKS[name][2]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as home, record(folder=Path(home) / "run"):
        step = made(name).step
        timed(step, WARM)
        session: Any = attached_session(torch)
        for key, wanted in (("none", False), ("every", True)):
            session.seen.schedule.wants = lambda *_, wanted=wanted: wanted
            timed(step, 2)
            before = session.cost
            found[key] = timed(step, count)
            found[f"{key}_account"] = (session.cost - before) / count * 1e3
    return found


def peer(name: str, which: str) -> float | str:
    """A step under a peer, or why there is none."""
    try:
        with PEERS[which](made(name)) as step:
            timed(step, 1)
            return timed(step, max(2, WORKS[name][2] // 3))
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0][:160]


def counts(name: str) -> dict[str, int]:
    """Python functions and operations of torch that one step calls: plain, not recorded, recorded."""
    step = made(name).step
    timed(step, 3)
    found = dict(zip(("calls", "operations"), counted(step), strict=True))
    with tempfile.TemporaryDirectory() as home, record(folder=Path(home) / "run"):
        step = made(name).step
        timed(step, WARM)
        session: Any = attached_session(torch)
        for key, wanted in (("none", False), ("every", True)):
            session.seen.schedule.wants = lambda *_, wanted=wanted: wanted
            timed(step, 2)
            calls, operations = counted(step)
            found |= {f"{key}_calls": calls, f"{key}_operations": operations}
    return found


def start_up() -> dict[str, float]:
    """Seconds of CPU time that a process needs to import torch, and to attach the recorder then."""
    code = (
        "import time; a = time.process_time(); import torch, torchvision; b = time.process_time()\n"
        "from traindx.recorder import record; import tempfile\n"
        "with record(folder=tempfile.mkdtemp() + '/run'): c = time.process_time()\n"
        "print(b - a, c - b)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    numbers = [[float(word) for word in run.stdout.split()] for run in runs]
    return {"torch": statistics.median(n[0] for n in numbers), "recorder": statistics.median(n[1] for n in numbers)}


def measure(name: str, pairs: int, *, peers: bool) -> None:
    """Measure one training and append what was found."""
    found: dict[str, Any] = {"work": name, "counts": counts(name), "pairs": []}
    timed(made(name).step, WARM)
    for number in range(pairs):
        pair: dict[str, Any] = {}
        halves: list[tuple[str, Callable[[str], Any]]] = [("plain", plain), ("default", default), ("forced", forced)]
        for key, half in halves if number % 2 else halves[::-1]:
            gc.collect()
            pair[key] = half(name)
        if peers and number == 0:
            pair["peers"] = {which: peer(name, which) for which in PEERS}
        found["pairs"].append(pair)
        print(
            name,
            number,
            {k: {a: round(b, 3) for a, b in v.items()} for k, v in pair.items() if k != "peers"},
            flush=True,
        )
        with LINES.open("a") as file:  # the last line of a training counts: one that is stopped leaves its pairs
            file.write(json.dumps(found) + "\n")


def report() -> str:
    """The page, from the last run of each training."""
    runs = {r["work"]: r for r in map(json.loads, LINES.read_text().splitlines())}
    starts = runs.pop("start", None)
    from bench.overhead.page import page

    return page({name: runs[name] for name in WORKS if name in runs}, starts)


def main() -> None:
    """Measure, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", default=";".join(["start", *WORKS]))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.peers:  # what smdebug was compiled for; wandb is the first to import protobuf
        os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"
    if options.report:
        PAGE.write_text(report())
        return
    for name in [w.strip() for w in options.works.split(";")]:
        if name == "start":
            with LINES.open("a") as file:
                file.write(json.dumps({"work": "start", **start_up()}) + "\n")
        else:
            measure(name, options.pairs, peers=options.peers)


if __name__ == "__main__":
    main()
