"""D327: frames of one recording are in train and in another split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured
from traindx.core.groups import Kind, Shared, group_finding
from traindx.core.small_dataset import dataset_of

WORDS: dict[Kind, str] = {"source": "source", "sequence": "recording", "folder": "folder"}


@check("D327", level="error", preview=True, depth="full")
def shared_recordings(
    dataset: Dataset, *, share: float = 0.1, alike: float = 0.4, times: float = 4.0
) -> Iterator[Finding | Measured]:
    """Pictures of val are, by name, of the same recording or source as pictures of train, and look like them.

    Groups are taken from names: `clip01_000123` (clip01), `a_jpg.rf.0123abcd` (a), `a_flip` (a), or a folder. Reported where
    `share` of the split are in a group that train has too, `alike` of those look like a neighbour of their group in train,
    and `times` fewer look like as many training pictures of other groups (guesses). A counter alone makes no group.

    ## Why is this bad?
    Frames of one recording show the same scene. The score on val says how the network does on scenes that it has seen.

    ## How to fix
    Put each recording into one split as a whole; split the sources before augmenting them.
    """
    if not (dataset.images.phash != 0).any():
        return
    worst: dict[str, Shared] = {}
    for found in (shared for kind in WORDS for shared in dataset.shared_groups.get(kind, ())):
        number = Measured(f"{found.split} that looks like train's of the same {WORDS[found.kind]}", found.alike)
        yield number
        enough = found.alike >= alike and found.alike * found.crossing >= max(3, share * found.total)
        before = worst.get(found.split, found)
        if enough and found.by_chance * times <= found.alike >= before.alike:
            worst[found.split] = found
    for found in worst.values():
        yield _finding(dataset, found)


def _finding(dataset: Dataset, found: Shared) -> Finding:
    looks = f"{found.alike:.0%} of them look like it (other pictures of train: {found.by_chance:.0%})"
    numbers = (
        Measured("share that look like their group in train", found.alike, "near the next"),
        Measured("share that look like other pictures of train", found.by_chance),
    )
    return group_finding(dataset, found, f"are of a {WORDS[found.kind]}", looks, numbers)


def _clips(*, by_clip: bool) -> Dataset:
    """Six clips of ten frames that differ in two bits from the first; each clip in one split, or every third frame in val."""
    rng = np.random.default_rng(0)
    images = []
    for clip in range(6):
        start, colours = rng.integers(1, 1 << 63, dtype=np.uint64), rng.integers(0, 255, 48)
        for frame in range(10):
            in_val = clip < 2 if by_clip else frame % 3 == 0
            changed = start ^ np.uint64(3 << int(rng.integers(0, 60)))
            path = f"clip{clip:02}_{frame:06}.jpg"
            images.append({"path": path, "split": "val" if in_val else "train", "phash": changed, "thumb": colours})
    return dataset_of(images)


@shared_recordings.fires_on
def every_third_frame_in_val() -> Facts:
    return {"dataset": _clips(by_clip=False)}


@shared_recordings.quiet_on
def each_clip_in_one_split() -> Facts:
    return {"dataset": _clips(by_clip=True)}


@shared_recordings.quiet_on
def a_counter() -> Facts:
    rng = np.random.default_rng(0)
    hashes = rng.integers(1, 1 << 63, 60, dtype=np.uint64)
    images = [
        {"path": f"BloodImage_{n:05}.jpg", "split": "val" if n % 3 == 0 else "train", "phash": h}
        for n, h in enumerate(hashes)
    ]
    return {"dataset": dataset_of(images)}
