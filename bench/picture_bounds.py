"""What bounds of checks of pictures and of shift are held against: real pictures as they are, and altered.

    python bench/picture_bounds.py FOLDER [FOLDER ...] [--pictures 500]

Of each folder at most `--pictures` are drawn at random. Named are their looks and sizes, as the checks of single pictures
weigh them (D107, D108, D109); how many are called blurred after a Gaussian blur; how far the mean colours of decoded pixels
lie from those of their own file and of other files (D412); and which splits are called unlike train (D330, D331): random
thirds, and a third that was altered.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from traindx.checks.pictures.picture_unlike_the_set import SPREAD, picture_unlike_the_set
from traindx.checks.splits.split_differs_from_train import split_differs_from_train
from traindx.checks.splits.split_unlike_train import split_unlike_train
from traindx.core.check import Check
from traindx.core.dataset import Images, Ints, Split
from traindx.core.finding import Finding
from traindx.core.pictures import Pictures
from traindx.core.small_dataset import dataset_of
from traindx.scan.measure import measure
from traindx.scan.picture_caches import LEVELS, mean_colours

SUFFIXES = (".jpg", ".jpeg", ".png")
SPLITS = 60
BLURS = (80, 40)

ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "0.7 of the light": lambda p: p.point(lambda v: int(v * 0.7)),
    "0.35 of the light": lambda p: p.point(lambda v: int(v * 0.35)),
    "blurred by 1 % of the width": lambda p: p.filter(ImageFilter.GaussianBlur(p.width / 100)),
    "half the size": lambda p: p.resize((max(1, p.width // 2), max(1, p.height // 2)), Image.Resampling.BILINEAR),
    "grey": lambda p: p.convert("L").convert("RGB"),
    "half the contrast": lambda p: ImageEnhance.Contrast(p).enhance(0.5),
}


def measured(files: Sequence[str]) -> Images:
    """All columns of pictures that can be measured."""
    seen, images = measure(files), dataset_of([{"path": file} for file in files]).images
    return replace(images, **{f.name: getattr(seen, f.name) for f in fields(Pictures)})


def altered(files: Sequence[str], chosen: Ints, change: Callable[[Image.Image], Image.Image], home: Path) -> Images:
    """As `measured`, of altered copies of those `chosen`, written at quality 95, and the others as they are."""
    mixed = list(files)
    for n in chosen.tolist():
        mixed[n] = str(home / f"{n}.jpg")
        with Image.open(files[n]) as picture:
            change(picture.convert("RGB")).save(mixed[n], quality=95)
    return measured(mixed)


def looks(images: Images) -> Iterator[str]:
    """What D107, D108 and D109 weigh."""
    sharp = np.log(np.maximum(images.sharpness, 1e-3))
    spread = 1.4826 * float(np.median(np.abs(sharp - np.median(sharp))))
    side = np.sqrt(images.width * images.height.astype(float))
    aspect = np.maximum(images.width, images.height) / np.minimum(images.width, images.height)
    of_usual = side / np.median(side)
    yield f"- brightness {images.brightness.min():.2f} to {images.brightness.max():.2f}"
    yield f"- least contrast {images.contrast.min() * 255:.0f} of 255 levels"
    least = (np.median(sharp) - sharp.min()) / max(spread, SPREAD)
    yield f"- sharpness: spread of the logarithm {spread:.2f}, least {least:.1f} deviations below the median"
    yield f"- side {of_usual.min():.2f} to {of_usual.max():.2f} times the median, aspect at most {aspect.max():.1f}"


def found(check: Check, images: Images) -> bool:
    """Whether a check finds something in pictures alone, parted as their column `split` says."""
    splits = tuple(Split(str(name), "", "") for name in dict.fromkeys(images.split))
    dataset = replace(dataset_of([{"path": "a.jpg"}]), images=images, splits=splits, task="classify")
    return any(isinstance(one, Finding) for one in check.function(dataset))


def mixed(images: Images, other: Images, chosen: Ints) -> Images:
    """`images`, of which those `chosen` are taken from `other`."""
    columns = {}
    for f in fields(Pictures):
        columns[f.name] = getattr(images, f.name).copy()
        columns[f.name][chosen] = getattr(other, f.name)[chosen]
    return replace(images, **columns)


def blurs(files: Sequence[str], images: Images, home: Path) -> Iterator[str]:
    """In how many pictures a blur is seen, each alone among the others as they are."""
    few = np.linspace(0, len(files) - 1, 100).astype(int)
    for part in BLURS:
        worse = altered(files, few, lambda p, part=part: p.filter(ImageFilter.GaussianBlur(min(p.size) / part)), home)
        seen = sum(found(picture_unlike_the_set, mixed(images, worse, np.array([i]))) for i in few)
        yield f"- blurred by 1/{part} of the short side: seen in {seen} of {len(few)}"


def copies(files: Sequence[str], images: Images) -> Iterator[str]:
    """Mean differences of colours: decoded pixels against their own file, and against the other files."""
    own, others = [], []
    for n, file in enumerate(files):
        with Image.open(file) as picture:
            pixels = mean_colours(np.asarray(picture.convert("RGB"))[..., ::-1])
        gaps = np.abs(images.thumb - pixels).mean(axis=1)
        own.append(gaps[n])
        others.append(np.delete(gaps, n))
    other = np.concatenate(others)
    yield (
        f"- colours of decoded pixels: own file at most {max(own):.1f} levels away, other files {other.min():.1f} or more, "
        f"{(other > LEVELS).mean():.0%} of them above {LEVELS:g}"
    )


def shifts(files: Sequence[str], images: Images, home: Path) -> Iterator[str]:
    """How often D330 and D331 speak: of random thirds, and of one third that was altered."""
    rng, n = np.random.default_rng(0), len(images)
    words = np.array(["train", "val"], dtype=object)
    drawn = [words[(rng.permutation(n) < n // 3).astype(int)] for _ in range(SPLITS)]
    checks = (split_differs_from_train, split_unlike_train)
    random = [sum(found(check, replace(images, split=split)) for split in drawn) for check in checks]
    yield f"- {SPLITS} random splits: D330 in {random[0]}, D331 in {random[1]}"
    val = np.flatnonzero(drawn[0] == "val")
    for way, change in ALTERED.items():
        parted = replace(altered(files, val, change, home), split=drawn[0])
        said = [check.code for check in checks if found(check, parted)]
        yield f"- val {way}: {', '.join(said) or 'nothing'}"


def main() -> None:
    """Print what is found of each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pictures", type=int, default=500)
    given = parser.parse_args()
    for folder in given.folders:
        every = sorted(str(path) for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        files = [every[i] for i in np.random.default_rng(0).permutation(len(every))[: given.pictures]]
        images = measured(files)
        print(f"\n## {folder.parent.name}/{folder.name}: {len(files)} of {len(every):,} pictures\n")
        with tempfile.TemporaryDirectory() as home:
            for part in (
                looks(images),
                copies(files, images),
                blurs(files, images, Path(home)),
                shifts(files, images, Path(home)),
            ):
                print(*part, sep="\n", flush=True)


if __name__ == "__main__":
    main()
