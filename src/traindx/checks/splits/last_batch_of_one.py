"""D344: one picture is left for the last batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, check
from traindx.core.configured import Asked, Configured
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.setup import Setup
from traindx.core.small_dataset import dataset_of


@check("D344", level="warning")
def last_batch_of_one(dataset: Dataset, setup: Setup) -> Iterator[Finding | Measured]:
    """The pictures of train, divided by the batch size, leave a remainder of one.

    Damaged pictures are not counted, which loaders leave out. Needs the batch size: `traindx check DATA batch=16`.

    ## Why is this bad?
    Batch normalisation over one value per channel raises "Expected more than 1 value per channel when training", at the end
    of the first epoch: after pooling to 1 x 1, in a fully connected part, or where the deepest feature map is 1 x 1
    (Ultralytics stops at an imgsz below two strides for that reason). On larger maps the step's statistics are those of one
    picture, which is a noisy step.

    ## How to fix
    `DataLoader(..., drop_last=True)`, or another batch size, or one picture more or less.
    """
    if "steps" in setup.configured.roles and "epochs" not in setup.configured.roles:
        return  # pictures are drawn without an end: no batch is the last
    batch = _whole(setup.settings.get("batch", setup.settings.get("batch_size")))
    images = dataset.images
    pictures = int((dataset.in_split("train") & (images.damage == "")).sum())
    if batch is None or batch < 2 or pictures < 2:
        return
    left = pictures % batch
    number = Measured("pictures in the last batch", left or batch, f"2 to {batch}")
    yield number
    if left == 1:
        text = f"{pictures:,} pictures in batches of {batch} leave 1 for the last batch"
        yield Finding(Place(setting="batch"), text, (number,), fix="drop_last=True in train's DataLoader")


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def _facts(pictures: int, batch: int) -> Facts:
    setup = Setup((), ".", "pytorch", {"batch": batch})
    return {"dataset": dataset_of([{"path": f"{n}.jpg"} for n in range(pictures)]), "setup": setup}


@last_batch_of_one.fires_on
def seventeen_in_batches_of_eight() -> Facts:
    return _facts(17, 8)


@last_batch_of_one.quiet_on
def sixteen_in_batches_of_eight() -> Facts:
    return _facts(16, 8)


@last_batch_of_one.quiet_on
def a_training_of_so_many_steps() -> Facts:
    facts = _facts(17, 8)
    steps = Configured(roles={"steps": (("SOLVER.MAX_ITER", Asked(3000)),)})
    return {**facts, "setup": replace(facts["setup"], configured=steps)}
