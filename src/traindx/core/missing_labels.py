"""Tells pictures without a label file that are a fault from background pictures, which need none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from traindx.core.dataset import Dataset

BACKGROUND_SHARE = 0.1
"""A folder without labels that holds up to this share of its split may be one of background pictures: Ultralytics'
training tips recommend 0 to 10 % of them."""


@dataclass(frozen=True)
class Unlabelled:
    """Pictures of one folder of a split whose label files were looked for in `looked_in` and are not there.

    `of` is how many pictures the folder has, `elsewhere` the folder with files of these names (or the file, for a lone
    picture), `found` how many of them. `fault` is why this is no folder of background pictures, or empty.
    """

    split: str
    looked_in: str
    images: tuple[int, ...]
    of: int
    found: int = 0
    elsewhere: str = ""
    fault: str = ""


def unlabelled(dataset: Dataset) -> list[Unlabelled]:
    """Every group of pictures without a label file, by split and folder.

    A fault is: a whole split without labels (of a test split only if they are found elsewhere); a whole folder of more
    than `BACKGROUND_SHARE` of its split, or whose labels are found elsewhere; most of a folder's missing labels found in
    one other folder; a label beside the place looked for under another spelling; as many orphan labels in the folder, where
    they are more than `BACKGROUND_SHARE` of the split: pictures or labels were renamed; a picture that a list of VOC
    names. None in classification. A picture that is not there itself lacks no label.
    """
    images = dataset.images
    if dataset.task == "classify" or not (images.label_state == "missing").any():
        return []
    folders: dict[tuple[str, str], list[int]] = {}
    for i, (split, label) in enumerate(zip(images.split, images.label_path, strict=True)):
        folders.setdefault((split, _folder(label)), []).append(i)
    size = Counter(images.split.tolist())
    missing = Counter(s for s, state in zip(images.split, images.label_state, strict=True) if state == "missing")
    groups: list[Unlabelled] = []
    for (split, folder), members in folders.items():
        without = [i for i in members if images.label_state[i] == "missing" and images.is_there(i)]
        if without:
            groups += _judge(dataset, split, folder, members, without, size[split], missing[split] == size[split])
    return groups


def _judge(
    dataset: Dataset, split: str, folder: str, members: list[int], without: list[int], size: int, whole_split: bool
) -> Iterator[Unlabelled]:
    elsewhere = {i: dataset.labels_elsewhere.get(str(dataset.images.label_path[i]), "") for i in without}
    beside = [i for i in without if elsewhere[i] and _folder(elsewhere[i]) == folder]
    rest = [i for i in without if i not in set(beside)]
    for i in beside:
        yield Unlabelled(split, folder, (i,), len(members), 1, elsewhere[i], "spelling")
    if not rest:
        return
    places = Counter(_folder(elsewhere[i]) for i in rest if elsewhere[i])
    where, found = places.most_common(1)[0] if places else ("", 0)
    whole = len(rest) == len(members)
    share = len(rest) / size
    moved = found >= max(1 if whole else 3, 0.8 * len(rest)) and (whole or share > BACKGROUND_SHARE)
    orphans = sum(_folder(dataset.absolute(path)) == folder for path, _ in dataset.orphans)
    fault = ""
    if moved:
        fault = "elsewhere"
    elif share > BACKGROUND_SHARE and orphans >= 0.8 * len(rest):
        fault = "renamed"
    elif _expected(dataset, split, whole_split) or (split != "test" and whole and share > BACKGROUND_SHARE):
        fault = "none"
    yield Unlabelled(split, folder, tuple(rest), len(members), found, where, fault)


def _expected(dataset: Dataset, split: str, whole_split: bool) -> bool:
    """Whether labels are missed without further signs: of a whole split, and of pictures that a list of VOC names, because
    every loader of it opens the xml of each (torchvision, detectron2). A test split without any label is legal."""
    if whole_split:
        return split != "test"
    return dataset.format == "voc" and any(s.name == split and s.written.endswith(".txt") for s in dataset.splits)


def _folder(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[0]
