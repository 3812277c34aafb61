"""The recorder on a CUDA device: synchronisations, overhead, mixed precision with a real scaler, and bit-identical weights.

    python bench/recorder_gpu.py [--steps 60] [--pairs 5]

Counts the warnings of `torch.cuda.set_sync_debug_mode("warn")` in plain and recorded trainings (recorded: at the default
schedule, and every step), so that a line `1 more in 60 steps` is a synchronisation that the recorder added. Where there is no
CUDA device it says so and ends with status 0: nothing was measured.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torchvision

from traindx.recorder import record
from traindx.recorder.attach import attached_session

MODES = ("plain", "default", "every")


@contextmanager
def watching(mode: str) -> Iterator[None]:
    """Nothing, the recorder as it is, or the recorder with every step recorded."""
    if mode == "plain":
        yield
        return
    with tempfile.TemporaryDirectory() as home, record(folder=Path(home) / "run"):
        session: Any = attached_session(torch)
        if mode == "every":
            session.seen.schedule.wants = lambda *_: True
        yield


def trained(mode: str, steps: int, *, amp: bool) -> tuple[float, int, str]:
    """Milliseconds of a step after the first 20, synchronisations in these, and a hash of the weights."""
    torch.manual_seed(0)
    x, y = torch.randn(32, 3, 224, 224, device="cuda"), torch.randint(0, 10, (32,), device="cuda")
    with watching(mode):
        model = torchvision.models.resnet50(num_classes=10).cuda()
        optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)
        scaler = torch.amp.GradScaler("cuda", enabled=amp)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for step in range(20 + steps):
                if step == 20:
                    torch.cuda.synchronize()
                    caught.clear()
                    torch.cuda.set_sync_debug_mode("warn")
                    started = time.perf_counter()
                optimizer.zero_grad()
                with torch.autocast("cuda", enabled=amp):
                    loss = torch.nn.functional.cross_entropy(model(x), y)
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
            torch.cuda.set_sync_debug_mode("default")
            waits = sum("synchroniz" in str(w.message) for w in caught)
            torch.cuda.synchronize()
            seconds = (time.perf_counter() - started) / steps * 1e3
    state = b"".join(t.detach().cpu().numpy().tobytes() for t in model.state_dict().values())
    return seconds, waits, hashlib.sha256(state).hexdigest()[:16]


def main() -> None:
    """Measure pairs and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("no CUDA device here: nothing was measured")
        return
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True, warn_only=True)
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    for amp in (False, True):
        trained("plain", 5, amp=amp)
        ratios: dict[str, list[float]] = {"default": [], "every": []}
        for number in range(options.pairs):
            found = {mode: trained(mode, options.steps, amp=amp) for mode in (MODES if number % 2 else MODES[::-1])}
            for mode, listed in ratios.items():
                listed.append(found[mode][0] / found["plain"][0])
            same = len({hashed for _, _, hashed in found.values()}) == 1
            more = {mode: found[mode][1] - found["plain"][1] for mode in ratios}
            print(
                f"amp {amp}, pair {number}: {more} more synchronisations in {options.steps} steps, weights same: {same}"
            )
        for mode, listed in ratios.items():
            print(f"amp {amp}, {mode}: x{statistics.median(listed):.4f} (x{min(listed):.4f} to x{max(listed):.4f})")


if __name__ == "__main__":
    main()
