"""What `traindx check DATA model=yolov8n.yaml` costs for 10,000 pictures whose measurements are kept from an earlier look.

    python bench/check_network.py [--pictures 10000] [--repeat 3]

The whole command from its start, in a process of its own: seconds that passed and CPU seconds (user and system, with the process
that builds the network), median of the repetitions; the first look, which measures the pictures, stands beside it. Pictures are
hard links of 200 drawn ones of 640 x 480. Writes bench/results/check_network.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

RESULT = Path(__file__).parent / "results" / "check_network.md"
DRAWN = 200


def draw(home: Path, pictures: int) -> Path:
    """A YOLO set with five boxes of three classes in each picture."""
    drawn = np.random.default_rng(0)
    (home / "drawn").mkdir(parents=True)
    for number in range(DRAWN):
        small = drawn.integers(0, 255, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC).save(home / "drawn" / f"{number}.jpg")
    for split, count in (("train", pictures * 9 // 10), ("val", pictures // 10)):
        for part in ("images", "labels"):
            (home / part / split).mkdir(parents=True)
        for number in range(count):
            os.link(home / "drawn" / f"{number % DRAWN}.jpg", home / "images" / split / f"{number}.jpg")
            sides = drawn.uniform(0.05, 0.3, (5, 2))
            centres = drawn.uniform(sides / 2, 1 - sides / 2)
            rows = [
                f"{drawn.integers(3)} {x:.6f} {y:.6f} {w:.6f} {h:.6f}"
                for (x, y), (w, h) in zip(centres, sides, strict=True)
            ]
            (home / "labels" / split / f"{number}.txt").write_text("\n".join(rows))
    (home / "data.yaml").write_text("path: .\ntrain: images/train\nval: images/val\nnames: [plate, ball, door]\n")
    return home / "data.yaml"


def cost(*words: str, cache: Path) -> tuple[float, float]:
    """Seconds that passed and CPU seconds of one command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "traindx", "check", *words]
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, used


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data, cache = draw(Path(name) / "set", asked.pictures), Path(name) / "cache"
        words = (str(data), "model=yolov8n.yaml", "imgsz=640", "batch=16")
        first = cost(*words, cache=cache)
        again = [cost(*words, cache=cache) for _ in range(asked.repeat)]
        alone = [cost(str(data), "imgsz=640", "batch=16", cache=cache) for _ in range(asked.repeat)]
    rows = [("first look", first), ("dataset part kept", _median(again)), ("the same without model=", _median(alone))]
    lines = [
        "# The examination of a network and its data",
        "",
        f"`python bench/check_network.py --pictures {asked.pictures}`",
        "",
    ]
    lines += [
        f"{os.cpu_count()} cores, Python {platform.python_version()}; load of the machine {os.getloadavg()[0]:.1f} at the end.",
        "",
    ]
    lines += [
        "| `traindx check data.yaml model=yolov8n.yaml imgsz=640 batch=16` | seconds | CPU seconds |",
        "|---|---:|---:|",
    ]
    lines += [f"| {name} | {passed:.1f} | {used:.1f} |" for name, (passed, used) in rows]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(RESULT.read_text())


def _median(found: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(a for a, _ in found), statistics.median(b for _, b in found)


if __name__ == "__main__":
    main()
