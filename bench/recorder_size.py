"""How large the recording of a million steps becomes, for the layers and parameters of a ResNet-50.

    python bench/recorder_size.py [--steps 1000000] [--seconds 0.27]

The network has the names, layers and parameters of torchvision's resnet50, one channel wide in each group. Steps that are
recorded are made in full (forward, backward, optimizer); in the others the forward pass is one sum, the rest is as ever.
The clock that the recorder reads is moved on by `--seconds` at each step, so that schedule and budget see a real training.
Validations of two batches come every 5,000 steps.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from copy import copy
from pathlib import Path

import torch
import torchvision

from traindx.core.recording import Recording
from traindx.recorder.attach import Attachment
from traindx.recorder.schedule import Schedule
from traindx.recorder.session import Session

MIB = 1 << 20


class Clock:
    """The process's clock, moved on by what is added."""

    def __init__(self) -> None:
        self._real, self.added = time.perf_counter, 0.0

    def __call__(self) -> float:
        return self._real() + self.added


class Network(torchvision.models.ResNet):
    """A ResNet-50 that leaves its layers out where `quick` is set."""

    quick = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores, or with `quick` a sum of one parameter for each."""
        return self.conv1.weight.sum() * x if self.quick else super().forward(x)


def trained(session: Session, clock: Clock, steps: int, seconds: float) -> None:
    """Make the steps."""
    model = Network(torchvision.models.resnet.Bottleneck, [3, 4, 6, 3], num_classes=10, width_per_group=1)
    optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    x, y = torch.randn(4, 3, 32, 32), torch.randint(0, 10, (4,))
    few = torch.randn(4, 10)
    for step in range(steps):
        optimizer.zero_grad()
        current = session.seen.current  # of the step before, until a forward pass closes it
        number, now = current.number + 1, session.seen.journal.now
        model.quick = not (step < 20 or Schedule.wants(copy(session.seen.schedule), number, now, session.cost, 0.0))
        torch.nn.functional.cross_entropy(model(few if model.quick else x), y).backward()
        optimizer.step()
        scheduler.step()
        clock.added += seconds
        if step % 5000 == 4999:
            model.quick = False
            model.eval()
            with torch.no_grad():
                torch.nn.functional.cross_entropy(model(x), y)
                torch.nn.functional.cross_entropy(model(x), y)
            model.train()


def main() -> None:
    """Train, and count bytes by kind of line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=0.27)
    given = parser.parse_args()
    torch.set_num_threads(1)
    clock = Clock()
    time.perf_counter = clock  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "run"
        session = Session(torch, folder)
        attachment = Attachment(torch, session)
        began = time.monotonic()
        trained(session, clock, given.steps, given.seconds)
        session.end()
        attachment.detach()
        sizes: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        with (folder / "rank-0.jsonl").open("rb") as file:
            for line in file:
                kind = line[9 : line.index(b'"', 9)].decode()
                sizes[kind] += len(line)
                kinds[kind] += 1
        others = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file() and p.name != "rank-0.jsonl")
        recording = Recording.load(folder)
        total = sum(sizes.values())
        print(
            f"{given.steps:,} steps in {time.monotonic() - began:.0f} s, {int(recording.recorded.sum())} of them recorded"
        )
        for kind, size in sizes.most_common():
            print(f"  {kind:12} {kinds[kind]:8,} lines {size / MIB:8.2f} MiB")
        print(f"  {'other files':12} {'':8}       {others / MIB:8.2f} MiB")
        print(f"in all {(total + others) / MIB:.1f} MiB")


if __name__ == "__main__":
    main()
