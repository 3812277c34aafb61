"""D412: a decoded copy of a picture that shows another picture."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D412", level="error", depth="full")
def stale_picture_cache(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A `.npy` file beside a picture, kept by `cache=disk`, has another size or other colours than the picture.

    Of all copies the size is compared, of 256 the colours, those older than their picture first.

    ## Why is this bad?
    Trainers read the copy instead of the picture: YOLOv5 always, Ultralytics 8.4 unless it is older than the picture (which
    a picture unpacked or copied with its time is not). The boxes are then trained on another picture.

    ## How to fix
    Delete the `.npy` files beside the pictures.
    """
    if dataset.depth == "labels":
        return
    odd = of_kind(dataset, "stale-npy")
    yield Measured("decoded copies that show another picture", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"decoded copy is of another picture: {o.text}")


@stale_picture_cache.fires_on
def a_copy_of_another_size() -> Facts:
    text = "it holds 640 x 480 pixels and the picture 320 x 240; it is older than the picture"
    return {"dataset": dataset_of([{"path": "images/a.jpg"}], oddities=(Oddity("images/a.npy", "stale-npy", text),))}


@stale_picture_cache.quiet_on
def no_copy() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}])}
