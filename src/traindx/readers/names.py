"""What a column of a free-form log is, by its name: the habits of Lightning, Keras and hand-written loops."""

from __future__ import annotations

import re
from collections.abc import Iterable

from traindx.readers.words import in_english

_MEAN = r"^(?:avg|average|mean|epoch|running)[_ ]"
_SHORT = r"(?=[_/. -]?(?:loss|acc))"
_VAL = re.compile(
    rf"^(?:val|valid|validation|test|testing|eval|dev|va{_SHORT}|vl{_SHORT}|v{_SHORT})(?=[/_. -]|loss|acc|$)",
    re.IGNORECASE,
)
_TRAIN = re.compile(rf"^(?:train|training|trn|tr{_SHORT}|t{_SHORT})(?=[/_. -]|loss|acc|$)", re.IGNORECASE)
_METRIC = re.compile(r"acc(?!um|ess|el)|top[-_@]?[15]|(?<!re)map|precision|recall|f1|iou|auc|auroc|dice", re.IGNORECASE)
_ERROR = re.compile(r"(?:^|[_/ -])(?:error[_ ]?rate|top[-_]?1[-_ ]?err(?:or)?|err(?:or)?[-_]?1)$", re.IGNORECASE)
"""The share of wrong answers; a bare `error` may be any distance. Those of the top 5 are left out."""

_PART = re.compile(r"(?:mse|bce|nll|ce|xent|cross_?entropy)", re.IGNORECASE)
_LR = re.compile(
    r"^(?:lr|learning[_ ]?rate)(?=[-_/ \d]|$)|[-_/](?:lr|learning[_ ]?rate)(?:[-_/]?(?:pg)?\d+)?$", re.IGNORECASE
)
_OF_RUN = re.compile(r"^[^/]+ - (?=[\w/.-]+$)")
"""`run-1 - val/loss` in a csv that Weights & Biases exported."""

_BRACKETS = re.compile(r"[()\[\]%（）]")
_HELD = re.compile(r"^metrics?[/_. ]+(?=train|val|test|eval|loss|acc)", re.IGNORECASE)
_CAMEL = re.compile(r"^(?i:(train|training|val|valid|validation|test|eval))(?=[A-Z])")
_SUFFIX = re.compile(
    r"^(.*(?:loss|acc\w*|top[-_]?[15]|map\S*|f1\S*|m?iou|dice|auc))[/_. -]+\(?(train|training|val|valid|validation|test|eval)\)?$",
    re.IGNORECASE,
)

SPLITS = ("train", "training", "val", "valid", "validation", "eval", "test")
ERROR = "error_rate"
"""The name of a share of wrong answers, which `table.as_shares` turns into an accuracy."""

EPOCHS = (
    "epoch",
    "global_epoch",
    "epochs",
    "current_epoch",
    "epoch_num",
    "epoch_number",
    "epoch_idx",
    "ep",
    "trainer/epoch",
)


def meaning(column: str) -> str | None:
    """The column in the history's words (`train/loss`, `val/loss`, `metric/accuracy`, `lr/…`), None if it is not known.

    A loss without a prefix is the training loss. A metric without a prefix counts as one of the validation set unless the
    log has another of that name with one; of the training set it is `train_metric/…`. Columns called `test` are left out,
    because logs write them once, after training.
    """
    name = _plainly(column)
    if name.endswith(("__MIN", "__MAX")):
        return None
    if name.lower() in EPOCHS:
        return "epoch"
    if _LR.search(name):
        return f"lr/{column}"
    if name.lower().startswith("test"):
        return None
    train, val = _TRAIN.match(name), _VAL.match(name)
    rest = name[(train or val).end() :].strip("/_. -") if train or val else name  # type: ignore[union-attr]
    rest = re.sub(_MEAN, "", rest, flags=re.IGNORECASE).removesuffix("_epoch")
    low = rest.lower()
    if low in ("loss", "total_loss") or (low.endswith("loss") and (train or val)):
        part = rest[: -len("loss")].strip("/_. -").lower()
        return f"{'val' if val else 'train'}/{'loss' if part in ('', 'total') else part}"
    if (train or val) and _PART.fullmatch(rest):
        return f"{'val' if val else 'train'}/{low}"
    if _ERROR.search(rest):
        return f"{'train_metric' if train else 'metric'}/{ERROR}"
    if _METRIC.search(rest) and "loss" not in low and "err" not in low:
        return f"{'train_metric' if train else 'metric'}/{_named(rest)}"
    return None


def split_first(name: str) -> str:
    """`Loss/train`, as TensorBoard's examples have it, as `train/Loss`; other names as they are."""
    quantity, _, split = name.rpartition("/")
    return f"{split}/{quantity}" if quantity and split.lower() in SPLITS else name


def is_validation(column: str) -> bool:
    """Whether a column says by its name that it is of the validation set."""
    return _VAL.match(_plainly(column)) is not None


def tests_in_place_of_validation(columns: Iterable[str]) -> dict[str, str]:
    """Columns of the test set, by the names that they would have as validation; none where the log has a validation.

    The columns are those that were written more than once: `test_loss` in each epoch is what such a loop validates with.
    """
    plain = {column: _plainly(split_first(column)) for column in columns}
    tests = {c: f"val{p[4:]}" for c, p in plain.items() if re.match(r"test(?=[/_. -]|loss|acc)", p, re.IGNORECASE)}
    has_validation = any(c not in tests and _VAL.match(p) and meaning(p) for c, p in plain.items())
    return {} if has_validation else tests


def _plainly(column: str) -> str:
    """The name in English, its split first and without brackets: `Loss (train)`, `trainLoss` and `loss_train` are `train_loss`."""
    english = in_english(column)
    if english != column:  # words that stand beside brackets and blanks now
        english = " ".join(_BRACKETS.sub(" ", english).split())
    name = _OF_RUN.sub("", english).strip(" #*\"'").replace("@", "")
    name = _HELD.sub("", name)
    name = re.sub(_MEAN, "", _CAMEL.sub(r"\1_", name), flags=re.IGNORECASE)
    suffixed = _SUFFIX.match(name)
    return f"{suffixed[2]}_{suffixed[1]}" if suffixed else name


def _named(metric: str) -> str:
    word = metric.strip("/_. -%()[]")
    low = word.lower()
    if low in ("acc", "accuracy", "val_accuracy"):
        return "accuracy"
    return (
        "accuracy_top1"
        if re.fullmatch(r"(?:acc(?:uracy)?[_/-]?)?(?:top)?[_-]?1|top[_-]?1(?:[_-]?acc(?:uracy)?)?", low)
        else word
    )
