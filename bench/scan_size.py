"""What a scan costs, as ratios within one run: labels against bare reading, headers against Ultralytics, again against first.

    python bench/scan_size.py [--labels 100000] [--headers 50000] [--pictures 3000] [--million] [--repeat 3] [--home FOLDER]

Each measurement is a process of its own; named are the CPU seconds (user and system) and the seconds that passed, medians of
the repetitions, which take turns: of `check` the whole command from its start, of all others the work without its imports.
Modules come from their bytecode, as those of an installed package do. Ratios are taken within a turn.
Pictures are 640 x 480 JPEGs; those for labels and headers are hard links of 200 drawn ones.
Writes bench/results/scan_size.md; a part whose number is 0 is left out. Sets in `--home` are kept and found again.
`--million` adds the peak memory of a million pictures (needs 5 GB of disk and 10 minutes).

Reading the bytes, with which labels are compared, is the least that Python can do: each folder listed once, each label file
opened by its name in the open folder, read with one call and closed, page cache warm; nothing is kept. `with open` is the
same by path and `open(path, "rb").read()`.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

RESULT = Path(__file__).parent / "results" / "scan_size.md"

READ_BYTES = """
import os, sys
def work():
    for split in ("train", "val"):
        folder = os.path.join(sys.argv[1], "labels", split)
        handle = os.open(folder, os.O_RDONLY)
        for name in os.listdir(folder):
            file = os.open(name, os.O_RDONLY, dir_fd=handle)
            os.read(file, 4096)
            os.close(file)
"""

OPEN_BYTES = """
import os, sys
def work():
    for split in ("train", "val"):
        folder = os.path.join(sys.argv[1], "labels", split)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                file.read()
"""

ULTRALYTICS = """
import sys
from pathlib import Path
from ultralytics.data.dataset import YOLODataset
from ultralytics.utils import LOGGER
LOGGER.setLevel("ERROR")
def work():
    data = {"names": dict(enumerate("abcdefghij")), "nc": 10, "channels": 3}
    for split in ("train", "val"):
        YOLODataset(img_path=str(Path(sys.argv[1]) / "images" / split), data=data, task="detect")
"""

EXAMINE = """
import sys
from traindx import examine
from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.scan import ScanOptions
import traindx.scan.yolo, pyarrow.csv, numpy.ma, numpy.random
import traindx.core.overview, traindx.core.runner, traindx.core.seen_batches, traindx.diagnosis, traindx.repair.advice
import traindx.inspect.checkpoint, traindx.scan.box_fit, traindx.scan.crops, traindx.scan.kept_report
all_checks(), all_causes()
def work():
    examine.check(sys.argv[1], scanning=ScanOptions(depth=sys.argv[2], cache=False))
"""

SCAN = """
import sys
from traindx.scan import ScanOptions, scan
import traindx.scan.yolo, pyarrow.csv
def work():
    scan(sys.argv[1], ScanOptions(depth="quick", cache=False))
"""

TIMED = """
import time
start = time.process_time(), time.perf_counter()
work()
print("cost", time.process_time() - start[0], time.perf_counter() - start[1])
"""

CHECK = "import sys; from traindx.cli import main; main(['check', *sys.argv[1:]])"


@dataclass(frozen=True)
class Cost:
    """CPU seconds, seconds that passed, and the peak of memory in MiB, of one process."""

    cpu: float
    wall: float
    peak: float


def cost(code: str, *arguments: str) -> Cost:
    """Run Python code in a process of its own: all of it, or its function `work` alone, without what it imports."""
    timed = "def work" in code
    command = [sys.executable, "-c", code + TIMED * timed, *arguments]
    bytecode = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, env=bytecode) as running:
            _, status, usage = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode not in (0, 1):
            raise SystemExit(f"exit status {running.returncode}: {' '.join(command[2:])[:300]}")
        passed, peak = time.perf_counter() - start, usage.ru_maxrss / 1024
        if not timed:
            return Cost(usage.ru_utime + usage.ru_stime, passed, peak)
        said.seek(0)
        words = said.read().split("cost ")[-1].split()
        return Cost(float(words[0]), float(words[1]), peak)


def median(costs: list[Cost]) -> Cost:
    """Of each number by itself."""
    return Cost(*(statistics.median(getattr(one, name) for one in costs) for name in ("cpu", "wall", "peak")))


def draw(root: Path, count: int, different: int, boxes: float) -> Path:
    """A YOLO set of `count` pictures, `different` of them drawn and the others hard links of these. Returns its yaml."""
    if (root / "data.yaml").exists():
        return root / "data.yaml"
    shutil.rmtree(root, ignore_errors=True)
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 10, (480, 640, 1)).astype(np.float32)
    drawn = []
    (root / "drawn").mkdir(parents=True)
    for i in range(different):
        low = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8)).resize(
            (640, 480), Image.Resampling.BICUBIC
        )
        rolled = np.roll(noise, tuple(rng.integers(0, 480, 2)), (0, 1))
        file = root / "drawn" / f"{i}.jpg"
        Image.fromarray(np.clip(np.asarray(low) + rolled, 0, 255).astype(np.uint8)).save(file, quality=88)
        drawn.append(file)
    for split, first, last in (("train", 0, count * 9 // 10), ("val", count * 9 // 10, count)):
        pictures, labels = root / "images" / split, root / "labels" / split
        pictures.mkdir(parents=True)
        labels.mkdir(parents=True)
        for i in range(first, last):
            os.link(drawn[i % different], pictures / f"frame_{i:07d}.jpg")
            n = rng.poisson(boxes)
            rows = zip(
                rng.integers(0, 10, n), rng.random((n, 2)) / 2 + 0.25, rng.random((n, 2)) * 0.4 + 0.01, strict=True
            )
            text = "".join(f"{c} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for c, (x, y), (w, h) in rows)
            (labels / f"frame_{i:07d}.txt").write_text(text)
    (root / "data.yaml").write_text(
        "path: .\ntrain: images/train\nval: images/val\nnames: [a, b, c, d, e, f, g, h, i, j]\n"
    )
    return root / "data.yaml"


def in_turn(repeat: int, **runs: tuple[str, ...]) -> dict[str, list[Cost]]:
    """The costs of each run; they take turns, so that a busy machine is busy for all."""
    seen: dict[str, list[Cost]] = {name: [] for name in runs}
    for turn in range(repeat + 1):
        for name, (code, *arguments) in runs.items():
            for cache in Path(arguments[0]).parent.glob("**/labels/*.cache"):
                cache.unlink()  # of Ultralytics
            one = cost(code, *arguments)
            if turn:  # the first turn warms the disk's cache
                seen[name].append(one)
    return seen


def table(costs: dict[str, list[Cost]], base: str) -> list[str]:
    """Lines of Markdown; ratios are to `base`, the median of those within a turn, with the least and the largest."""
    lines = ["| | CPU s | s | MiB | CPU, ratio |", "|---|---|---|---|---|"]
    for name, every in costs.items():
        one, ratios = median(every), sorted(a.cpu / b.cpu for a, b in zip(every, costs[base], strict=True))
        ratio = f"{statistics.median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g})"
        lines.append(f"| {name.replace('_', ' ')} | {one.cpu:.2f} | {one.wall:.2f} | {one.peak:.0f} | {ratio} |")
    return lines


def labels(home: Path, count: int, repeat: int) -> list[str]:
    """Labels alone, against reading their bytes."""
    data = draw(home / "labels", count, 200, 7.38)
    size = sum(file.stat().st_size for file in (home / "labels" / "labels").rglob("*.txt"))
    root = str(data.parent)
    costs = in_turn(
        repeat,
        read_the_bytes=(READ_BYTES, root),
        read_the_bytes_with_open=(OPEN_BYTES, root),
        labels_examined=(EXAMINE, str(data), "labels"),
        check_no_images=(CHECK, str(data), "--no-images", "--no-cache"),
    )
    return [f"## {count:,} label files, {size / 1e6:.1f} MB", "", *table(costs, "read_the_bytes"), ""]


def headers(home: Path, count: int, repeat: int) -> list[str]:
    """Headers and labels; the last ratios are how many times as long Ultralytics' scan takes."""
    data = draw(home / "headers", count, 200, 7.38)
    costs = in_turn(
        max(1, repeat - 1),
        headers_scanned=(SCAN, str(data)),
        headers_examined=(EXAMINE, str(data), "quick"),
        check_quick=(CHECK, str(data), "--quick", "--no-cache"),
        ultralytics_scan=(ULTRALYTICS, str(data.parent)),
    )
    theirs = median(costs["ultralytics_scan"]).cpu
    times = (
        f"{theirs / median(own).cpu:.1f} times as {name.replace('_', ' ')}" for name, own in list(costs.items())[:3]
    )
    said = [f"Ultralytics' scan takes {', '.join(times)}.", ""]
    return [f"## {count:,} pictures, headers and labels", "", *table(costs, "headers_scanned"), "", *said]


def again(home: Path, count: int, repeat: int) -> list[str]:
    """Full scans of different pictures: first, again, and on one thread and two."""
    data = str(draw(home / "pictures", count, count, 7.38))
    costs = in_turn(
        repeat,
        one_thread=(CHECK, data, "--no-cache", "--workers", "1"),
        two_threads=(CHECK, data, "--no-cache", "--workers", "2"),
        again=(CHECK, data, "--workers", "2"),
    )
    second = median(costs["again"]).cpu / median(costs["two_threads"]).cpu
    said = [f"The second run takes {100 * second:.1f} % of the first's CPU time.", ""]
    return [f"## {count:,} different pictures, everything", "", *table(costs, "two_threads"), "", *said]


def million(home: Path) -> list[str]:
    """Peak memory of a million pictures with two boxes each."""
    data = str(draw(home / "million", 1_000_000, 200, 2))
    costs = {
        f"check_{words[-1].strip('-')}": [cost(CHECK, data, *words)]
        for words in (("--no-cache", "--no-images"), ("--no-cache", "--quick"))
    }
    return ["## A million pictures, two boxes each", "", *table(costs, "check_quick"), ""]


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("labels", 100_000), ("headers", 50_000), ("pictures", 3_000), ("repeat", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    words = ["FOLDER" if before == "--home" else word for before, word in zip(sys.argv, sys.argv[1:], strict=False)]
    lines = ["# What a scan costs", "", f"`{' '.join(['python bench/scan_size.py', *words])}`", ""]
    lines += [
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
    ]
    home = options.home or Path(tempfile.mkdtemp(prefix="scan-size-"))
    os.environ["TRAINDX_CACHE"] = str(home / "cache")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for part, count in ((labels, options.labels), (headers, options.headers), (again, options.pictures)):
            if count:
                lines += part(home, count, options.repeat)
                RESULT.write_text("\n".join(lines))
                print("\n".join(lines[-9:]), flush=True)
        if options.million:
            lines += million(home)
            RESULT.write_text("\n".join(lines))
            print("\n".join(lines[-9:]), flush=True)
    finally:
        shutil.rmtree(home / "cache" if options.home else home, ignore_errors=True)


if __name__ == "__main__":
    main()
