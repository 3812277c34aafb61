"""What recording costs: CPU time of a ResNet-18 training with and without it, in turn, and the ratio.

    python bench/recorder_overhead.py [--steps 400] [--pairs 5] [--size 64] [--batch 16]

Both halves of a pair run in this process, one after the other, in alternating order; each trains the same network on the
same drawn batches. The first 20 steps, which are recorded densely whatever they cost, are reported apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import torch
import torchvision

from traindx.recorder import record


def trained(steps: int, size: int, batch: int) -> tuple[float, float]:
    """CPU seconds of the first 20 steps and of the others."""
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=10)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
    x, y = torch.randn(batch, 3, size, size), torch.randint(0, 10, (batch,))
    marks = [time.process_time()]
    for step in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        if step == 19:
            marks.append(time.process_time())
    return marks[1] - marks[0], time.process_time() - marks[1]


def recorded(steps: int, size: int, batch: int) -> tuple[float, float, float, int]:
    """The same while recorded, the recorder's own account of its cost, and how many steps were recorded."""
    with tempfile.TemporaryDirectory() as home:
        with record(folder=Path(home) / "run"):
            first, rest = trained(steps, size, batch)
        lines = [json.loads(line) for line in (Path(home) / "run" / "rank-0.jsonl").read_text().splitlines()]
    count = sum(1 for line in lines if line.get("weight_norm") is not None)
    return first, rest, float(lines[-1]["cost"]), count


def main() -> None:
    """Measure pairs and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("steps", 400), ("pairs", 5), ("size", 64), ("batch", 16)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    arguments = options.steps, options.size, options.batch
    torch.set_num_threads(1)
    trained(20 + 5, options.size, options.batch)
    early, late = [], []
    for pair in range(options.pairs):
        if pair % 2:
            plain = trained(*arguments)
            first, rest, cost, count = recorded(*arguments)
        else:
            first, rest, cost, count = recorded(*arguments)
            plain = trained(*arguments)
        early.append(first / plain[0])
        late.append(rest / plain[1])
        share = cost / (first + rest)
        print(
            f"pair {pair}: first 20 steps x{early[-1]:.3f}, then x{late[-1]:.4f}; {count} of {options.steps} steps",
            end="",
        )
        print(f" recorded; own account {share:.2%}; unrecorded step {1000 * plain[1] / (options.steps - 20):.1f} ms")
    print(f"median: first 20 steps x{statistics.median(early):.3f}, then x{statistics.median(late):.4f}")
    print(f"range of the latter: x{min(late):.4f} to x{max(late):.4f}")


if __name__ == "__main__":
    main()
