"""Which altered copies of a picture are seen as near copies, and how many unrelated pictures are: what the bounds of
core/near_duplicates.py, core/leakage.py and core/groups.py are held against.

    python bench/near_copies.py FOLDER [FOLDER ...] [--copies 128]

Of each folder all pictures are measured, `--copies` of them drawn at random and altered, and the altered ones held against
their originals (table); then every pair of pictures of the folder, which are unrelated unless the folder holds
copies itself. Last, the pairs of 200 drawings of a shape or two on one colour. Bits are those of the hash that differ.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from traindx.core.dataset import Images, Ints
from traindx.core.groups import ALIKE_BITS, ALIKE_RESIDUAL
from traindx.core.hamming import hamming
from traindx.core.leakage import CERTAIN, CLOSE
from traindx.core.near_duplicates import LIMIT, LIMIT_OF_MANY, MIRROR, RESIDUAL, residual
from traindx.core.small_dataset import dataset_of
from traindx.scan.measure import measure

SUFFIXES = (".jpg", ".jpeg", ".png")
COLUMNS = ("phash", "thumb", "contrast", "brightness")
LEFT_RIGHT = Image.Transpose.FLIP_LEFT_RIGHT


def inner(picture: Image.Image, share: float) -> Image.Image:
    """The middle of a picture, without `share` of its sides."""
    w, h = picture.size
    x, y = w * share / 2, h * share / 2
    return picture.crop((int(x), int(y), int(w - x), int(h - y)))


ALTERED: dict[str, tuple[Callable[[Image.Image], Image.Image], int]] = {
    "JPEG, quality 20": (lambda p: p, 20),
    "half the size": (lambda p: p.resize((p.width // 2, p.height // 2), Image.Resampling.BILINEAR), 85),
    "0.35 of the light": (lambda p: p.point(lambda v: int(v * 0.35)), 85),
    "mirrored": (lambda p: p.transpose(LEFT_RIGHT), 85),
    "cropped by 5 %": (lambda p: inner(p, 0.05), 85),
    "cropped by 5 %, mirrored": (lambda p: inner(p, 0.05).transpose(LEFT_RIGHT), 85),
    "cropped by 10 %": (lambda p: inner(p, 0.1), 85),
    "turned by 3 degrees": (lambda p: p.rotate(3, Image.Resampling.BILINEAR), 85),
}
"""Each way with the quality of JPEG at which the copy is written."""


def columns_of(files: list[str]) -> Images:
    """The measured hash, colours, contrast and brightness of pictures."""
    seen = measure(files)
    images = dataset_of([{"path": file} for file in files]).images
    return replace(images, **{name: getattr(seen, name) for name in COLUMNS})


def altered(originals: list[str], way: str, folder: Path) -> Images:
    """The measured columns of altered copies."""
    change, quality = ALTERED[way]
    files = [str(folder / f"{n}.jpg") for n in range(len(originals))]
    for source, file in zip(originals, files, strict=True):
        with Image.open(source) as picture:
            change(picture.convert("RGB")).save(file, quality=quality)
    return columns_of(files)


def joined(a: Images, b: Images) -> Images:
    """Both one after the other."""
    images = dataset_of([{"path": str(n)} for n in range(len(a) + len(b))]).images
    return replace(images, **{name: np.concatenate([getattr(a, name), getattr(b, name)]) for name in COLUMNS})


def recall(images: Images, chosen: Ints, copies: Images, *, mirrored: bool) -> str:
    """Shares of the copies of the `chosen` pictures that are found within each bound, and the bits between, as a row."""
    both, second = joined(images, copies), len(images) + np.arange(len(copies))
    bits = hamming(images.phash[chosen], copies.phash ^ (MIRROR if mirrored else np.uint64(0))).astype(int)
    confirmed = residual(both, second, chosen, mirrored=mirrored) <= RESIDUAL
    shares = [float(((bits <= most) & confirmed).mean()) for most in (LIMIT, LIMIT_OF_MANY, CLOSE, CERTAIN)]
    return " | ".join([*(f"{share:.0%}" for share in shares), f"{np.median(bits):.0f}", f"{bits.max()}"])


def unrelated(images: Images) -> Iterator[str]:
    """How many pairs are within each bound, as they stand or mirrored: by the hash alone, and with the colours."""
    bounds = ((CERTAIN, RESIDUAL), (CLOSE, RESIDUAL), (LIMIT, RESIDUAL), (ALIKE_BITS, ALIKE_RESIDUAL))
    near, confirmed, nearest = np.zeros(len(bounds), int), np.zeros(len(bounds), int), 64
    for i in range(len(images) - 1):
        others = np.arange(i + 1, len(images))
        alike = np.zeros((2, len(bounds), len(others)), dtype=bool)
        for mirrored, flip in ((False, np.uint64(0)), (True, MIRROR)):
            bits = hamming(images.phash[i] ^ flip, images.phash[others]).astype(int)
            left, close = np.full(len(others), np.inf), np.flatnonzero(bits <= ALIKE_BITS)
            own = np.full(len(close), i)
            left[close] = np.minimum(
                residual(images, own, others[close], mirrored=mirrored),
                residual(images, others[close], own, mirrored=mirrored),
            )
            nearest = min(nearest, int(bits.min()))
            for n, (most, colours) in enumerate(bounds):
                alike[0, n] |= bits <= most
                alike[1, n] |= (bits <= most) & (left <= colours)
        near, confirmed = near + alike[0].sum(axis=1), confirmed + alike[1].sum(axis=1)
    yield f"of {len(images) * (len(images) - 1) // 2:,} pairs, the nearest {nearest} bits apart:"
    for (most, colours), bits_alone, both in zip(bounds, near, confirmed, strict=True):
        yield f"- {bits_alone:,} within {most} bits, {both:,} with a residual up to {colours} besides"


def drawings(folder: Path, count: int = 200) -> list[str]:
    """Pictures of one or two rectangles on one colour, no two alike."""
    rng, files = np.random.default_rng(0), []
    for n in range(count):
        picture = Image.new("RGB", (320, 240), tuple(rng.integers(100, 140, 3).tolist()))
        for _ in range(int(rng.integers(1, 3))):
            w, h = rng.integers(30, 90, 2)
            x, y = rng.integers(0, 320 - w), rng.integers(0, 240 - h)
            colour = ("red", "green", "blue")[int(rng.integers(3))]
            ImageDraw.Draw(picture).rectangle((x, y, x + w, y + h), fill=colour)
        files.append(str(folder / f"drawing{n}.jpg"))
        picture.save(files[-1])
    return files


def texture(images: Images) -> float:
    """The least spread of the 4 x 4 colours, in levels of 255."""
    return float(np.sqrt(images.thumb.reshape(-1, 16, 3).astype(float).var(axis=1).mean(axis=1)).min())


def main() -> None:
    """Print what is found of each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--copies", type=int, default=128)
    given = parser.parse_args()
    for folder in given.folders:
        files = sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        images = columns_of(files)
        chosen = np.sort(np.random.default_rng(0).permutation(len(files))[: given.copies])
        print(f"\n## {folder.parent.name}/{folder.name}: {len(files):,} pictures, {len(chosen)} altered\n")
        print(
            f"| altered | {LIMIT} bits | {LIMIT_OF_MANY} | {CLOSE} | {CERTAIN} | median bits | most |\n|" + "---|" * 7
        )
        with tempfile.TemporaryDirectory() as home:
            for way in ALTERED:
                copies = altered([files[i] for i in chosen], way, Path(home))
                print(f"| {way} | {recall(images, chosen, copies, mirrored='mirrored' in way)} |", flush=True)
                if way.startswith("0.35"):
                    dark = f"darkened: least texture {texture(copies):.2g} levels, least contrast {copies.contrast.min():.3f}"
        print("", *unrelated(images), dark, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as home:
        print("\n## 200 drawings\n", *unrelated(columns_of(drawings(Path(home)))), sep="\n")


if __name__ == "__main__":
    main()
