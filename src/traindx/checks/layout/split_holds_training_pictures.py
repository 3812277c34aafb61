"""D409: the same files are in train and in another split."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.row_findings import EVERY_ROW
from traindx.core.small_dataset import dataset_of


@check("D409", level="error")
def split_holds_training_pictures(dataset: Dataset) -> Iterator[Finding | Measured]:
    """Files of the training split are listed in val or test as well: one path twice, or one folder inside the other.

    That val and test are the same is no fault of training and is left alone. Copies of files are another check's.

    ## Why is this bad?
    The validation score is that of pictures the model was trained on: it says nothing about new ones, overfitting is not
    seen, and the best checkpoint is the most overfitted one.

    ## How to fix
    Give each split a folder or list of its own, with no picture in two of them.
    """
    images = dataset.images
    masks = dataset.split_masks
    if "train" not in masks:
        return
    train = set(images.path[masks["train"]].tolist() if not images.once else ())  # else none is in two splits
    for split in ("val", "test"):
        own = list(dict.fromkeys(images.path[masks[split]].tolist())) if split in masks else []
        if not masks["train"].any() or not own:
            continue
        both = [path for path in own if path in train]
        yield Measured(f"files of {split} that are in train", len(both), f"0 of {len(own)}")
        if both and len(both) == len(own):
            whole = "the same files as" if len(own) == len(train) else "inside"
            line = dataset.settings_lines.get(split)
            text = f"{split} is {whole} train: all {len(own)} of its pictures are trained on, should be 0"
            yield Finding(Place(path=dataset.source_path, line=line, setting=split), text)
            continue
        for n, path in enumerate(both[:EVERY_ROW]):
            more = f" (and {len(both) - 1} more of {split})" if n == 0 and len(both) > 1 else ""
            yield Finding(Place(image=path), f"{path} is in train and in {split}{more}")


@split_holds_training_pictures.fires_on
def val_is_train() -> Facts:
    return {"dataset": dataset_of([{"path": "images/a.jpg"}, {"path": "images/a.jpg", "split": "val"}])}


@split_holds_training_pictures.quiet_on
def test_is_val() -> Facts:
    pictures = [{"path": "a.jpg"}, {"path": "b.jpg", "split": "val"}, {"path": "b.jpg", "split": "test"}]
    return {"dataset": dataset_of(pictures)}
