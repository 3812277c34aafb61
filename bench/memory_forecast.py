"""The memory forecast beside the measured peak: real training steps of real models in processes of their own, on the CPU.

    python bench/memory_forecast.py            # all set-ups that have no result yet; writes results/memory_forecast.md
    python bench/memory_forecast.py --report   # only the table

Measured is what the process holds resident at its peak (VmHWM) over what it held before the model was built, with PyTorch
imported and warm, during three training steps on random pictures and one validation. Freed blocks go back to the system
(MALLOC_MMAP_THRESHOLD_), so that resident is what lives.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

RESULTS = Path(__file__).parent / "results"
KEPT, TABLE = RESULTS / "memory_forecast.jsonl", RESULTS / "memory_forecast.md"
SETUPS = (
    ("torchvision:resnet18", 32, 224, "SGD"),
    ("torchvision:resnet50", 8, 224, "AdamW"),
    ("torchvision:mobilenet_v3_large", 16, 224, "SGD"),
    ("torchvision:vgg11_bn", 4, 224, "SGD"),
    ("torchvision:densenet121", 8, 224, "SGD"),
    ("timm:convnext_tiny", 8, 224, "AdamW"),
    ("timm:efficientnet_b0", 16, 224, "AdamW"),
    ("timm:vit_small_patch16_224", 8, 224, "AdamW"),
    ("timm:resnet18", 4, 512, "SGD"),
    ("yolov8n.yaml", 4, 640, "SGD"),
    ("yolo11s.yaml", 4, 416, "AdamW"),
    ("yolov5n.yaml", 8, 320, "SGD"),
    ("torchvision:retinanet_resnet50_fpn", 2, 320, "SGD"),
    ("torchvision:fasterrcnn_mobilenet_v3_large_320_fpn", 4, 320, "SGD"),
    ("torchvision:ssd300_vgg16", 2, 300, "SGD"),
    ("torchvision:fasterrcnn_resnet50_fpn", 2, 416, "SGD"),
    ("torchvision:maskrcnn_resnet50_fpn", 2, 416, "SGD"),
)


def forecast(spec: str, batch: int, size: int, optimizer: str) -> dict[str, Any]:
    """What traindx says, from a few small pictures."""
    import torch

    from traindx.inspect.footprint import footprint_in

    torch.set_num_threads(1)
    began = time.perf_counter()
    found = footprint_in(torch, _built(spec, size), size, optimizer)
    if found is None:
        raise SystemExit(f"{spec}: no footprint")
    seconds = time.perf_counter() - began
    peak = max(found.peak(batch, size), found.validation_peak(batch, size))
    return {"forecast": peak, "seconds": round(seconds, 1), "measured_at": found.size, "held": found.held}


def measure(spec: str, batch: int, size: int, optimizer: str) -> dict[str, Any]:
    """The resident peak of real steps."""
    import torch

    from traindx.inspect.footprint import loss_of

    torch.set_num_threads(1)
    import timm  # noqa: F401
    import torchvision  # noqa: F401  (what libraries take is no part of a step)
    import ultralytics.nn.tasks  # noqa: F401

    warm = torch.nn.Conv2d(3, 8, 3)
    warm(torch.rand(2, 3, 32, 32)).sum().backward()
    del warm
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    built = _built(spec, size)
    pictures, loss, _ = loss_of(torch, built, size, 3)
    model = built.model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    kinds = {
        "SGD": lambda: torch.optim.SGD(trained, lr=1e-4, momentum=0.9),
        "AdamW": lambda: torch.optim.AdamW(trained),
    }
    steps = kinds[optimizer]()
    for _ in range(3):
        steps.zero_grad()
        loss(model, batch).backward()
        steps.step()
    model.eval()
    with torch.no_grad():
        model(pictures(batch))
    return {"measured": _status("VmHWM") - before}


def _built(spec: str, size: int) -> Any:
    from traindx.inspect.building import Wanted, build

    built = build(
        Wanted(
            spec,
            given=20,
            task="detect" if any(word in spec for word in ("yolo", "rcnn", "retina", "ssd")) else "classify",
        )
    )
    if built.listed:
        built.model.transform.min_size, built.model.transform.max_size = (size,), size
    built.model.float().train()
    return built


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def _child(part: str, setup: tuple[Any, ...]) -> dict[str, Any]:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    words = [sys.executable, __file__, "--child", part, json.dumps(setup)]
    said = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    if said.returncode:
        return {"error": said.stderr.strip().splitlines()[-1:]}
    return json.loads(said.stdout.splitlines()[-1])


def report(rows: list[dict[str, Any]]) -> str:
    """The table."""
    good = [row for row in rows if "error" not in row]
    off = [row["forecast"] / row["measured"] - 1 for row in good]
    lines = [
        "# The memory forecast beside the measured peak",
        "",
        f"`python bench/memory_forecast.py`: {sum(abs(o) <= 0.2 for o in off)} of {len(rows)} set-ups within 20 %, "
        f"the farthest {max(map(abs, off), default=0):.0%} off. On the CPU, where the peak of a process can be measured "
        "without its driver; kernels of a GPU need workspaces besides. Seconds were taken beside other work.",
        "",
        "| model | batch | size | optimizer | forecast MiB | measured MiB | off | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row, away in zip(good, off, strict=True):
        spec, batch, size, optimizer = row["setup"]
        numbers = f"{row['forecast'] / 2**20:.0f} | {row['measured'] / 2**20:.0f} | {away:+.0%} | {row['seconds']}"
        lines.append(f"| {spec} | {batch} | {size} | {optimizer} | {numbers} |")
    lines += [f"| {row['setup'][0]} | | | | | | {row['error']} | |" for row in rows if "error" in row]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure what has no result yet, and write the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--report", action="store_true")
    words.add_argument("--child", nargs=2)
    given = words.parse_args()
    if given.child:
        part, setup = given.child[0], json.loads(given.child[1])
        print(json.dumps({"forecast": forecast, "measure": measure}[part](*setup)))
        return
    kept = [json.loads(line) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []
    done = {tuple(row["setup"]) for row in kept if "error" not in row}
    kept = [row for row in kept if tuple(row["setup"]) in done]
    for setup in () if given.report else SETUPS:
        if setup not in done:
            kept.append({"setup": list(setup), **_child("forecast", setup), **_child("measure", setup)})
            print(kept[-1], flush=True)
            KEPT.write_text("".join(json.dumps(row) + "\n" for row in kept))
    TABLE.write_text(report(kept))
    print(SimpleNamespace(rows=len(kept), table=str(TABLE)))


if __name__ == "__main__":
    main()
