"""D414: a key of the settings that no trainer knows and that looks like one that they know."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of

KNOWN = ("path", "train", "val", "test", "minival", "names", "nc", "channels", "kpt_shape", "flip_idx", "download")
"""Keys that Ultralytics and YOLOv5 read (ultralytics/data/utils.py, check_det_dataset)."""

OTHERS = frozenset(
    {"validation", "kpt_names", "roboflow", "names_zh", "colors", "masks_dir", "name", "yaml_file", "tests"}
)


@check("D414", level="warning")
def misspelt_settings_key(dataset: Dataset, *, likeness: float = 0.8) -> Iterator[Finding | Measured]:
    """The data.yaml has a key that looks like a known key which it lacks, such as chanels for channels.

    `likeness` is difflib's ratio from which two words look alike (a guess; one wrong letter in six gives 0.83).

    ## Why is this bad?
    Trainers leave out keys that they do not know, without a word: the setting is not applied.

    ## How to fix
    Correct the spelling, or delete the key.
    """
    keys = [str(key) for key in dataset.settings]
    if dataset.format != "yolo" or not keys:
        return
    lacking = [key for key in KNOWN if key not in keys]
    found = 0
    for key in keys:
        if key in KNOWN or key in OTHERS:
            continue
        meant = get_close_matches(key.lower().replace("-", "_"), lacking, n=1, cutoff=likeness)
        if meant:
            found += 1
            place = Place(path=dataset.source_path, line=dataset.settings_lines.get(key), setting=key)
            yield Finding(place, f"key `{key}` is read by no trainer, should probably be `{meant[0]}`")
    yield Measured("misspelt keys", found, f"0 of {len(keys)}")


@misspelt_settings_key.fires_on
def chanels() -> Facts:
    return {
        "dataset": dataset_of([{"path": "a.jpg"}], settings={"train": "a", "val": "b", "names": ["a"], "chanels": 1})
    }


@misspelt_settings_key.quiet_on
def keys_of_other_tools() -> Facts:
    settings = {"train": "a", "val": "b", "names": ["a"], "roboflow": {}, "author": "me", "license": "MIT"}
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings=settings)}
