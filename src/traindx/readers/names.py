"""What a column of a free-form log is, by its name: the habits of Lightning, Keras and hand-written loops."""

from __future__ import annotations

import re

_VAL = re.compile(r"^(?:val|valid|validation|test|eval|dev)(?=[/_. -]|$)", re.IGNORECASE)
_TRAIN = re.compile(r"^(?:avg[_ ])?(?:train|training)(?=[/_. -]|$)", re.IGNORECASE)
_METRIC = re.compile(r"acc|top[-_]?[15]|map|precision|recall|f1|iou|auc|dice", re.IGNORECASE)
_LR = re.compile(r"^(?:lr|learning[_ ]?rate)(?=[-_/ \d]|$)|[-_/](?:lr|learning[_ ]?rate)$", re.IGNORECASE)

SPLITS = ("train", "training", "val", "valid", "validation", "eval", "test")


def meaning(column: str) -> str | None:
    """The column in the history's words (`train/loss`, `val/loss`, `metric/accuracy`, `lr/…`), None if it is not known.

    A loss without a prefix is the training loss. A metric without a prefix counts as one of the validation set unless the
    log has another of that name with one; of the training set it is `train_metric/…`. Columns called `test` are left out,
    because logs write them once, after training.
    """
    if column.lower() in ("epoch", "global_epoch", "epochs"):
        return "epoch"
    if _LR.search(column):
        return f"lr/{column}"
    if column.lower().startswith("test"):
        return None
    train, val = _TRAIN.match(column), _VAL.match(column)
    rest = column[(train or val).end() :].strip("/_. -") if train or val else column  # type: ignore[union-attr]
    rest = rest.removesuffix("_epoch")
    if rest.lower() == "loss" or (rest.lower().endswith("loss") and (train or val)):
        part = rest[: -len("loss")].strip("/_. -").lower() or "loss"
        return f"{'val' if val else 'train'}/{part}"
    if _METRIC.search(rest):
        return f"{'train_metric' if train else 'metric'}/{_plain(rest)}"
    return None


def split_first(name: str) -> str:
    """`Loss/train`, as TensorBoard's examples have it, as `train/Loss`; other names as they are."""
    quantity, _, split = name.rpartition("/")
    return f"{split}/{quantity}" if quantity and split.lower() in SPLITS else name


def is_validation(column: str) -> bool:
    """Whether a column says by its name that it is of the validation set."""
    return _VAL.match(column) is not None


def _plain(metric: str) -> str:
    word = metric.strip("/_. -")
    low = word.lower()
    return (
        "accuracy" if low in ("acc", "accuracy") else "accuracy_top1" if low in ("acc1", "top1", "acc_top1") else word
    )
