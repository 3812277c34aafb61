"""Trains each kind that `kinds.py` knows twice, with and without the recorder, and compares weights and random numbers bit for bit.

    python -m bench.unchanged.run [KIND ...]

Writes `bench/results/unchanged.md`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from traindx.core.recording import Recording
from traindx.recorder.launch import run_command

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "unchanged.md"
ALONE = (
    *("sgd", "adamw", "lbfgs", "bf16", "accumulation", "two_optimizers", "fork_workers", "spawn_workers", "compiled"),
    *("checkpointing", "average", "ultralytics", "lightning", "huggingface"),
)
TOGETHER = ("ddp", "fsdp")
"""Kinds that are started by torchrun, on two ranks."""


def command(kind: str) -> list[str]:
    """How a kind is started."""
    script = str(HERE / "kinds.py")
    if kind in TOGETHER:
        return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", script, kind]
    return [sys.executable, script, kind]


def results(text: str) -> list[str]:
    """What a kind prints of its result, in the order of ranks; two ranks may write into one line."""
    return sorted(re.findall(r"RESULT \S+ \S+ [0-9a-f]{64} \S+ \S+ \S+?(?=RESULT|\s|$)", text))


def compared(kind: str) -> tuple[bool, int, int]:
    """Whether weights and random numbers are the same; how many steps were recorded, and in how many files."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryDirectory() as home:
        plain = subprocess.run(command(kind), cwd=home, env=env, text=True, capture_output=True)
        folder, said = Path(home) / "recording", Path(home) / "said.txt"
        with said.open("w") as out:
            run_command(command(kind), folder, cwd=Path(home), env=env, stdout=out)
        without, recorded = results(plain.stdout), results(said.read_text())
        if not without:
            raise SystemExit(f"{kind} did not end well:\n{plain.stderr[-2000:]}")
        steps = len(Recording.load(folder).step)
        if without != recorded:
            print(kind, *without, "recorded:", *recorded, sep="\n")
        return without == recorded, steps, len(list(folder.glob("rank-*.jsonl")))


def main() -> None:
    """Compare all kinds and write the table."""
    rows = []
    for kind in sys.argv[1:] or (*ALONE, *TOGETHER):
        same, steps, files = compared(kind)
        rows.append(f"| {kind.replace('_', ' ')} | {'the same' if same else '**different**'} | {steps} | {files} |")
        print(rows[-1], flush=True)
    if not sys.argv[1:]:
        head = "# Weights and random numbers with and without the recorder\n\n`python -m bench.unchanged.run`\n\n"
        table = "| kind of training | weights and next random numbers | steps written | files |\n|---|---|---|---|\n"
        RESULTS.write_text(head + table + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
