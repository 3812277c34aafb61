"""How fast pictures are measured, against the bare decode of the same bytes and against the peers, in one run.

    python bench/scan_speed.py [--from FOLDER] [--pictures 1000] [--peers PYTHON] [--rounds 7]

Draws JPEGs of 640 x 480 and about 100 KB (crops of the pictures under FOLDER, or textures), with YOLO labels, into a
temporary folder. Every round times each way once, one after the other, and the ratios are taken within the round, so that
what else the machine does falls on both. Time of the processor is the sturdier figure where the machine is shared.
PYTHON is that of an environment with cleanvision and imagededup.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from traindx.scan import ScanOptions, scan
from traindx.scan.header import measure_headers
from traindx.scan.measure import measure
from traindx.scan.measuring import SHARD
from traindx.scan.shards import over_shards

RESULTS = Path(__file__).parent / "results"
SIZE, TARGET = (640, 480), 100_000
PEER_PICTURES = 100

PEERS = {
    "cleanvision, all default issues": """
from cleanvision import Imagelab
Imagelab(data_path=folder).find_issues(n_jobs=1, verbose=False)
""",
    "imagededup, PHash alone": """
from imagededup.methods import PHash
PHash(verbose=False).encode_images(image_dir=folder, num_enc_workers=0)
""",
}
PEER = """
import sys, time, os, contextlib, resource
folder = sys.argv[1]
{imports}
start, wall = time.process_time(), time.perf_counter()
with contextlib.redirect_stdout(open(os.devnull, "w")):
    {call}
workers = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.process_time() - start + workers.ru_utime + workers.ru_stime, time.perf_counter() - wall)
"""


def draw(folder: Path, count: int, source: Path | None) -> list[str]:
    """A YOLO set of `count` pictures; returns the pictures' paths."""
    rng, chance = np.random.default_rng(0), random.Random(0)
    found = sorted(p for p in source.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg")) if source else []
    paths = []
    for kind in ("images/train", "images/val", "labels/train", "labels/val"):
        (folder / kind).mkdir(parents=True)
    for n in range(count):
        split = "val" if n % 5 == 4 else "train"
        picture = _crop(found[n % len(found)], chance) if found else _texture(rng)
        path = folder / "images" / split / f"{n:05d}.jpg"
        path.write_bytes(_about_the_size(picture))
        rows = rng.uniform(0.3, 0.5, (7, 4))
        label = "".join(f"{k % 3} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for k, (x, y, w, h) in enumerate(rows))
        (folder / "labels" / split / f"{n:05d}.txt").write_text(label)
        paths.append(str(path))
    (folder / "data.yaml").write_text("path: .\ntrain: images/train\nval: images/val\nnames: [a, b, c]\n")
    return paths


def _crop(path: Path, chance: random.Random) -> Image.Image:
    picture = Image.open(path).convert("RGB")
    share = chance.uniform(0.7, 1)
    width, height = int(picture.width * share), int(picture.height * share)
    x, y = chance.randint(0, picture.width - width), chance.randint(0, picture.height - height)
    return picture.crop((x, y, x + width, y + height)).resize(SIZE, Image.Resampling.LANCZOS)


def _texture(rng: np.random.Generator) -> Image.Image:
    layers = [
        np.asarray(Image.fromarray(rng.integers(0, 255, (n * 3, n * 4, 3), dtype=np.uint8)).resize(SIZE)).astype(float)
        for n in (2, 10, 50)
    ]
    mixed = sum(weight * layer for weight, layer in zip((0.5, 0.3, 0.2), layers, strict=True))
    return Image.fromarray(np.clip(mixed + rng.normal(0, 5, (*SIZE[::-1], 3)), 0, 255).astype(np.uint8))


def _about_the_size(picture: Image.Image) -> bytes:
    for quality in (80, 85, 90, 92, 94, 95, 96, 97, 98):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() >= TARGET:
            break
    return out.getvalue()


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor and of the clock."""
    processor, wall = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - processor, time.perf_counter() - wall


def bare(data: list[bytes], threads: int) -> None:
    """The floor: a strict decode at an eighth, grey, of bytes that are in memory already."""

    def some(first: int) -> None:
        for each in data[first::threads]:
            simplejpeg.decode_jpeg(each, "GRAY", min_height=1, min_width=1, strict=True)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(some, range(threads)))


def ultralytics_scan(paths: list[str]) -> None:
    """As `YOLODataset.cache_labels` does it, without its progress bar and cache file."""
    from multiprocessing.pool import ThreadPool

    from ultralytics.data.utils import img2label_paths, verify_image_label
    from ultralytics.utils import NUM_THREADS

    jobs = [
        (image, label, "", False, 3, 0, 0, False) for image, label in zip(paths, img2label_paths(paths), strict=True)
    ]
    with ThreadPool(NUM_THREADS) as pool:
        found = list(pool.imap(verify_image_label, jobs))
    assert all(each[0] for each in found), "Ultralytics dropped a picture: the comparison would not be of the same work"


def peer(python: str, code: str, folder: str) -> tuple[float, float]:
    """A peer's seconds on a folder, in a process of its own, imports not counted."""
    *imports, call = code.strip().splitlines()
    script = PEER.format(imports="\n".join(imports), call=call)
    done = subprocess.run([python, "-c", script, folder], capture_output=True, text=True, check=True)
    processor, wall = done.stdout.split()[-2:]
    return float(processor), float(wall)


def rounds(
    ways: dict[str, tuple[int, Callable[[], tuple[float, float]]]], count: int
) -> dict[str, list[tuple[float, float]]]:
    """Microseconds a picture, processor and clock, of each way in each round; one round first that does not count."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for n in range(count + 1):
        for name, (pictures, way) in ways.items():
            processor, wall = way()
            if n:
                found[name].append((processor / pictures * 1e6, wall / pictures * 1e6))
        print(f"round {n} of {count}", file=sys.stderr)
    return found


def table(found: dict[str, list[tuple[float, float]]], pairs: list[tuple[str, str]]) -> list[str]:
    """Medians of each way, and of the ratios within rounds, as Markdown."""
    lines = ["| way | processor, us a picture | clock, us a picture |", "|---|---|---|"]
    for name, times in found.items():
        processor, wall = (statistics.median(t[k] for t in times) for k in (0, 1))
        lines.append(f"| {name} | {processor:,.1f} | {wall:,.1f} |")
    lines += ["", "| ratio | processor: median (least to most) | clock: median (least to most) |", "|---|---|---|"]
    for one, other in pairs:
        cells = []
        for k in (0, 1):
            ratios = sorted(a[k] / b[k] for a, b in zip(found[one], found[other], strict=True))
            cells.append(f"{statistics.median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g})")
        lines.append(f"| {one} / {other} | {cells[0]} | {cells[1]} |")
    return lines


def main() -> None:
    """Draw, time, write `results/scan_speed.md` and `.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--peers", default="")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = draw(folder, options.pictures, options.source)
        data = [Path(path).read_bytes() for path in paths]
        n = len(paths)

        def once(run: Callable[[], object]) -> tuple[int, Callable[[], tuple[float, float]]]:
            return n, lambda: timed(run)

        ways = {
            "bare decode, 1 thread": once(lambda: bare(data, 1)),
            "measure, 1 thread": once(lambda: list(over_shards(measure, paths, size=SHARD["full"], workers=1))),
            "bare decode, 2 threads": once(lambda: bare(data, 2)),
            "measure, 2 threads": once(lambda: list(over_shards(measure, paths, size=SHARD["full"], workers=2))),
            "headers": once(lambda: measure_headers(paths)),
            "headers and labels (scan, quick)": once(
                lambda: scan(folder / "data.yaml", ScanOptions("quick", 1, cache=False))
            ),
            "Ultralytics' scan": once(lambda: ultralytics_scan(paths)),
        }
        pairs = [
            ("measure, 1 thread", "bare decode, 1 thread"),
            ("measure, 2 threads", "bare decode, 2 threads"),
            ("Ultralytics' scan", "headers"),
            ("Ultralytics' scan", "headers and labels (scan, quick)"),
        ]
        if options.peers:
            few = folder / "few"
            few.mkdir()
            for path in paths[:PEER_PICTURES]:
                (few / Path(path).name).symlink_to(path)
            count = min(n, PEER_PICTURES)
            for label, code in PEERS.items():
                ways[label] = (count, lambda code=code: peer(options.peers, code, str(few)))  # type: ignore[misc]
                pairs.append((label, "measure, 1 thread"))
        found = rounds(ways, options.rounds)
        size = sum(map(len, data)) / n
    source = "crops of real pictures" if options.source else "textures"
    given = " --from FOLDER" * bool(options.source) + f" --pictures {n} --rounds {options.rounds}"
    given += " --peers PYTHON" * bool(options.peers)
    head = [
        "# Speed of the scan",
        "",
        f"`python bench/scan_speed.py{given}`",
        "",
        f"{n} JPEGs of 640 x 480, {size / 1000:.0f} KB on average ({source}), files in the page",
        f"cache, {options.rounds} rounds, {os.cpu_count()} cores ({platform.machine()}), numpy {np.__version__}.",
        "The floor is the strict grey decode at an eighth of bytes already in memory; `measure` opens, reads, hashes, decodes in",
        "colour and computes all numbers of a picture. Of so few pictures a good part of `headers and labels` is what every scan",
        "does once; `scan_size.py` holds it against Ultralytics' scan on many.",
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "scan_speed.md").write_text("\n".join(head + table(found, pairs)) + "\n")
    (RESULTS / "scan_speed.json").write_text(
        json.dumps({"pictures": n, "bytes": size, "us_a_picture": found}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
