"""Names and numbers of one line of a console log, as columns of a history."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.core.number import number_of
from traindx.readers.names import SPLITS, meaning, split_first

_NUMBER = re.compile(
    r"(?<![\w@./\-])([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|nan|inf(?:inity)?)(?![A-Za-z_]))(?:\s*/\s*(\d+)(?!\w))?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"(?<![a-z])(train|val|eval|test|dev)(?:ing|id|idation|uation)?(?![a-z])(?!\.py|/)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w@./-]*")
_SENTENCE = re.compile(r"\b(test|val\w*)\b.*?:\s*([\d.]+)\s*%", re.IGNORECASE)
_QUANTITY = re.compile(
    r"(?:\w+_)?loss|(?:\w+_)?acc(?:uracy)?[_-]?(?:top)?[_-]?\d?|top[_-]?[15](?:_?acc(?:uracy)?)?|m?ap(?:[_-]?[\d.:-]+)?"
    r"|(?:\w+_)?(?:precision|recall|f1|m?iou|auc|auroc|dice)(?:_?score)?"
)
MOST = 25
"""A line with more pairs is a print of settings."""
_SAME = {
    "prec1": "acc1",
    "prec5": "acc5",
    "top1acc": "acc1",
    "accuracy1": "acc1",
    "map0.5": "map50",
    "map0.50.95": "map50-95",
}


def split_in(text: str) -> str:
    """Which split a text speaks of, by the last word that names one: train, val or test; empty if none does."""
    found = _SPLIT.findall(text)
    return "" if not found else {"train": "train", "test": "test"}.get(found[-1].lower(), "val")


def pairs_in(line: str) -> list[tuple[str, float, str]]:
    """Name, value and split of each number that has a name; of `value (mean)` the mean, of `right/all` the share.

    A number without a name of its split has the split that was named last before it in the line.
    """
    found: list[tuple[str, float, str]] = []
    end, split = 0, ""
    for match in _NUMBER.finditer(line):
        between, end = line[end : match.start()], match.end()
        value, whole = number_of(match[1]), match[2]
        split = split_in(between) or split
        if value is None:
            continue
        if found and whole is None and re.fullmatch(r"\s*\(\s*", between) and found[-1][0]:
            if line[end : end + 1] != "%":
                found[-1] = (found[-1][0], value, found[-1][2])
            continue
        own = re.split(r"[,;|{}\t\[\]]|\s-\s", between)[-1]
        words = _WORD.findall(own)
        share = value / float(whole) if whole is not None and float(whole) > 0 else value
        found.append((words[-1] if words else "", share, split))
    return [pair for pair in found if pair[0]]


def columns_in(line: str, section: str, *, validated: bool = False) -> Iterator[tuple[str, float, bool]]:
    """Columns of a line with their values, and whether the test set's. `section` is the split that lines before it named.

    A loss without a split is of the training set; a metric without one too if a loss is beside it, else of validation.
    `validated`: the line is known to have been written right after a validation, and such a metric is of that.
    """
    if (sentence := _SENTENCE.search(line)) and "accuracy" in line.lower():
        yield "metric/accuracy", float(sentence[2]), sentence[1].lower() == "test"
        return
    pairs = pairs_in(line)
    if len(pairs) > MOST:
        return
    beside_loss = any("loss" in name.lower() for name, _, _ in pairs)
    for name, value, named in pairs:
        of_training = beside_loss and (not validated or "loss" in name.lower())
        split = named or section or ("train" if of_training else "")
        column = _column(name, split)
        if column is not None:
            yield column, value, split == "test"


def _column(name: str, split: str) -> str | None:
    low = split_first(name.lower().replace("@", "").strip("._-/"))
    if low.partition("/")[0] in SPLITS:
        split, _, low = low.partition("/")
        split = {"training": "train"}.get(split, split)
    low = _SPLIT.sub("", low).strip("._-/ ")
    low = re.sub(r"^(?:avg|mean|epoch|total|running)[_-](?=.)|_(?:epoch|avg|mean)$", "", low)
    low = _SAME.get(low, low)
    if low in ("lr", "learning_rate", "rate"):
        return "lr/0"
    if low.startswith("loss_"):
        low = f"{low[5:]}_loss"
    if not _QUANTITY.fullmatch(low):
        return None
    return meaning(f"{'train' if split == 'train' else 'val'}_{low}" if split or "loss" not in low else f"train_{low}")
