"""D417: `kpt_shape` or `flip_idx` of the settings does not fit."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.small_dataset import dataset_of


@check("D417", level="error")
def malformed_keypoint_shape(dataset: Dataset) -> Iterator[Finding | Measured]:
    """`kpt_shape` is not [number of keypoints, 2 or 3], or `flip_idx` is no order of that many keypoints.

    ## Why is this bad?
    Ultralytics stops: `'kpt_shape' in data.yaml missing or incorrect`. With a wrong number every row has another number of
    fields than expected and is dropped. A `flip_idx` of another length stops the training as well.

    ## How to fix
    Write `kpt_shape: [17, 3]` for 17 points of x, y and visibility, and `flip_idx` as a list of 0..16 in mirrored order.
    """
    if "kpt_shape" not in dataset.settings:
        return
    shape, flip = dataset.settings["kpt_shape"], dataset.settings.get("flip_idx")
    fits = isinstance(shape, list) and len(shape) == 2 and all(type(n) is int for n in shape)
    fits = fits and shape[0] > 0 and shape[1] in (2, 3)
    yield Measured("kpt_shape", str(shape), "[number of keypoints, 2 or 3]")
    if not fits:
        yield Finding(_place(dataset, "kpt_shape"), f"kpt_shape is {shape!r}, should be [number of keypoints, 2 or 3]")
    elif flip is not None and (
        not isinstance(flip, list)
        or len(flip) != shape[0]
        or sorted(map(str, flip)) != sorted(map(str, range(len(flip))))
    ):
        text = f"flip_idx is {str(flip)[:80]}, should hold each of 0..{shape[0] - 1} once"
        yield Finding(_place(dataset, "flip_idx"), text)


def _place(dataset: Dataset, key: str) -> Place:
    return Place(path=dataset.source_path, line=dataset.settings_lines.get(key), setting=key)


@malformed_keypoint_shape.fires_on
def a_lone_number() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"kpt_shape": 17})}


@malformed_keypoint_shape.fires_on
def a_flip_of_other_length() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"kpt_shape": [3, 2], "flip_idx": [0, 1]})}


@malformed_keypoint_shape.quiet_on
def seventeen_points() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}], settings={"kpt_shape": [17, 3]})}
