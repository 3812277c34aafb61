"""How much damage of JPEGs is seen, and whether sound pictures are called damaged.

    python bench/damage.py FOLDER [FOLDER ...] [--places 200]

Of each folder all JPEGs are examined as they are. Then `--places` of them (drawn at random, some twice where there are fewer;
0: none) are written anew at quality 90, baseline and progressive, their longer side at most 640, and harmed in each way: each
at one place of its scan, the places evenly spread over it.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from traindx.scan.jpeg import measured_jpeg
from traindx.scan.measure import measure

SUFFIXES = (".jpg", ".jpeg")
NOISE = np.random.default_rng(1).bytes(512)


def put(data: bytes, at: int, other: bytes) -> bytes:
    """The bytes with `other` written over them at `at`, in front of the end marker."""
    at = min(at, len(data) - 2 - len(other))
    return data[:at] + other + data[at + len(other) :]


HARMS: dict[str, Callable[[bytes, int], bytes]] = {
    "cut": lambda data, at: data[:at],
    "cut, end marker put behind": lambda data, at: data[:at] + b"\xff\xd9",
    "zeroed to the end": lambda data, at: data[:at] + bytes(len(data) - at),
    "64 bytes zeroed": lambda data, at: put(data, at, bytes(64)),
    "512 bytes zeroed": lambda data, at: put(data, at, bytes(512)),
    "512 random bytes": lambda data, at: put(data, at, NOISE),
    "one bit turned": lambda data, at: put(data, at, bytes([data[min(at, len(data) - 3)] ^ 16])),
}


def written(path: str, *, progressive: bool) -> bytes:
    """A picture of a folder as a JPEG of our own."""
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.thumbnail((640, 640))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=90, progressive=progressive)
    return out.getvalue()


def seen(pictures: Sequence[bytes], harm: Callable[[bytes, int], bytes]) -> float:
    """The share of the pictures whose harm is seen: the n-th is harmed at n / count of its scans."""
    found = 0
    for n, data in enumerate(pictures):
        start, end = data.find(b"\xff\xda") + 14, len(data) - 80
        found += measured_jpeg(harm(data, start + (end - start) * n // len(pictures)))[0].damage != ""
    return found / len(pictures)


def main() -> None:
    """Print a table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--places", type=int, default=200)
    given = parser.parse_args()
    for folder in given.folders:
        files = sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        damaged = [file for file, said in zip(files, measure(files).damage, strict=True) if said]
        print(f"\n## {folder.parent.name}/{folder.name}: {len(damaged)} of {len(files):,} called damaged as they are\n")
        if not given.places:
            continue
        drawn = np.random.default_rng(0).permutation(np.resize(np.arange(len(files)), max(given.places, len(files))))
        chosen = [files[i] for i in drawn[: given.places]]
        kinds = {
            kind: [written(file, progressive=kind == "progressive") for file in chosen]
            for kind in ("baseline", "progressive")
        }
        sizes = {
            kind: f"{kind}, {np.mean([len(p) for p in pictures]) / 1000:.0f} KB" for kind, pictures in kinds.items()
        }
        print(f"| harm, at {given.places} places | {sizes['baseline']} | {sizes['progressive']} |\n|---|---|---|")
        for name, harm in HARMS.items():
            shares = " | ".join(f"{seen(pictures, harm):.1%}" for pictures in kinds.values())
            print(f"| {name} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
