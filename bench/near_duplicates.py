"""How long near duplicates take to find among n pictures, against comparing all pairs, and imagededup where it is installed.

    python bench/near_duplicates.py [--sizes 5000 50000 1000000] [--imagededup /path/to/python]

Hashes are drawn at random around 200 centres, so that they crowd as those of real pictures do; one in a hundred pictures is an
altered copy of another one. CPU seconds of one process; the ways take turns in one run.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from traindx.core.dataset import Images
from traindx.core.hamming import hamming
from traindx.core.near_duplicates import LIMIT, copies

ALL_PAIRS_UP_TO = 50_000
IMAGEDEDUP_UP_TO = 5_000
EMPTY: dict[str, Any] = {
    "Strings": np.array("", dtype=object),
    "Ints": np.int64(0),
    "Floats": np.float64(0.5),
    "Hashes": np.uint64(0),
}

IMAGEDEDUP = """
import os, sys
import numpy as np
from imagededup.handlers.search.retrieval import HashEval
from imagededup.methods import PHash
hashes = {str(n): f"{int(h):016x}" for n, h in enumerate(np.load(sys.argv[1]))}
start = sum(os.times()[:4])
found = HashEval(hashes, hashes, PHash.hamming_distance, threshold=int(sys.argv[2]), search_method="brute_force_cython",
                 num_dist_workers=0).retrieve_results()
print(sum(os.times()[:4]) - start, sum(map(bool, found.values())))
"""


def drawn(n: int, seed: int = 0) -> tuple[Images, int]:
    """Pictures with hashes and colours alone, and how many of them are altered copies."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((200, 64), dtype=np.float32)
    hashes = np.empty(n, dtype=np.uint64)
    for start in range(0, n, 1 << 16):
        own = slice(start, min(n, start + (1 << 16)))
        count = own.stop - own.start
        wave = rng.standard_normal((count, 64), dtype=np.float32) + 0.7 * centres[rng.integers(0, 200, count)]
        hashes[own] = np.packbits(wave > np.median(wave, axis=1)[:, None], axis=1).view(">u8").ravel()
    colours = rng.integers(0, 255, (n, 48), dtype=np.uint8)
    altered = np.arange(n - n // 100, n)
    of = rng.integers(0, n // 2, len(altered))
    hashes[altered] = hashes[of] ^ np.uint64(0b1001)
    colours[altered] = colours[of]
    columns = {f.name: np.broadcast_to(EMPTY[str(f.type)], n) for f in fields(Images) if str(f.type) in EMPTY}
    contents = np.arange(1, n + 1, dtype=np.uint64)
    return Images(**{**columns, "content": contents, "phash": hashes, "thumb": colours}), len(altered)


def all_pairs(hashes: np.ndarray, block: int = 256) -> int:
    """How many hashes have another one within the limit, by comparing every pair once."""
    hit = np.zeros(len(hashes), dtype=bool)
    for start in range(0, len(hashes), block):
        rows = hashes[start : start + block, None]
        near = hamming(rows, hashes[None, start:]) <= LIMIT
        near[np.arange(len(rows)), np.arange(len(rows))] = False
        hit[start : start + block] |= near.any(axis=1)
        hit[start:] |= near.any(axis=0)
    return int(hit.sum())


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def imagededup(python: str, hashes: np.ndarray) -> float:
    """CPU seconds of imagededup's search over the same hashes, in a Python that has it."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "hashes.npy"
        np.save(file, hashes)
        done = subprocess.run([python, "-c", IMAGEDEDUP, file, str(LIMIT)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-2])


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000, 1_000_000])
    parser.add_argument("--imagededup", metavar="PYTHON")
    options = parser.parse_args()
    for n in options.sizes:
        images, planted = drawn(n)
        every = np.arange(n)
        seconds, found = timed(lambda i=images, e=every: copies(i, e, e))
        text = (
            f"{n:>9,} pictures: {seconds:.2f} s, {int((found.other[-planted:] >= 0).sum())} of {planted} copies found"
        )
        if n <= ALL_PAIRS_UP_TO:
            text += f"; all pairs, without mirrored ones: {timed(lambda i=images: all_pairs(i.phash))[0]:.2f} s"
        if n <= IMAGEDEDUP_UP_TO and options.imagededup:
            text += f"; imagededup: {imagededup(options.imagededup, images.phash):.2f} s"
        print(f"{text}; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)


if __name__ == "__main__":
    main()
