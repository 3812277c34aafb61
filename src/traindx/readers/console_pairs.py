"""Names and numbers of one line of a console log, as columns of a history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from traindx.core.number import number_of
from traindx.readers.average_precision import spelled_alike
from traindx.readers.names import SPLITS, meaning, split_first

_NUMBER = re.compile(
    r"(?<![\w@./\-])([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|nan|inf(?:inity)?)(?![A-Za-z_]))(?:\s*/\s*(\d+)(?!\w))?",
    re.IGNORECASE,
)
_INDEX = re.compile(r"\d+\Z")
_THEN_A_VALUE = re.compile(r"\s+-?\d*\.\d")
"""A whole number right before the value that it belongs to the name of: `Prec@1  05 87.901`, `loss 2 0.53`."""

_SPLIT = re.compile(
    r"(?<![a-z])(?:(train|val|eval|test|dev)(?:ing|id|idation|uation)?|(trn?|va|vl)(?=[_ ](?:loss|acc)))"
    r"(?![a-z])(?!\.py|/(?!loss|acc))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][\w@./-]*")
_SENTENCE = re.compile(r"\baccuracy of .*?\b(test|val\w*)\b[^:]*:\s*([\d.]+)\s*%", re.IGNORECASE)
_QUANTITY = re.compile(
    r"(?:\w+_)?loss|(?:\w+_)?acc(?:uracy)?[_/-]?(?:top)?[_-]?\d?|top[_-]?[15](?:_?acc(?:uracy)?)?|m?ap(?:[_-]?[\d.:-]+)?"
    r"|(?:\w+_)?error_?rate|top[_-]?1_?err(?:or)?|err(?:or)?[_-]?1"
    r"|(?:\w+_)?(?:precision|recall|f1|m?iou|auc|auroc|dice)(?:_?score)?"
)
_AVERAGE = re.compile(r"map_?(50-95|50|75)?")
_AT_OVERLAP = re.compile(r"^(precision|recall|f1)_?(?:at_?)?(?:iou)?[_=]?0?\.\d+$")
"""A quantity at an overlap, `recall@0.5`; the sign is taken out before."""
_SPOKEN_AFTER = ("train", "training", "val", "validation", "valid", "test", "on", "set", "of", "is", "на", "en", "de")
_APART = re.compile(r"[,;|{}\t\[\]]|\s-\s|→|➜|✓")
_BEST = re.compile(r"\b(?:best|highest|lowest|min|max|record|previous|prev)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\b(?:target|domain)[ _-]+acc", re.IGNORECASE)
"""An accuracy on the domain that is adapted to, of the classifier of domains, or one that is aimed at."""
_BY_CLASS = re.compile(r"\b(?:class|category|label)\b|% = .* AP\b", re.IGNORECASE)
MOST = 25
"""A line with more pairs is a print of settings."""
_SAME = {
    "prec1": "acc1",
    "prec5": "acc5",
    "top1acc": "acc1",
    "accuracy1": "acc1",
    "map0.5": "map50",
    "map0.50": "map50",
    "map.5": "map50",
    "map0.50.95": "map50-95",
}


@dataclass(frozen=True)
class Pair:
    """A number with its name and the split that it speaks of; `mean`: it is the mean so far that stands behind a value."""

    name: str
    value: float
    split: str
    mean: bool = False


def split_in(text: str) -> str:
    """Which split a text speaks of, by the last word that names one: train, val or test; empty if none does."""
    found = [long or short for long, short in _SPLIT.findall(text)]
    return (
        ""
        if not found
        else {"train": "train", "tr": "train", "trn": "train", "test": "test"}.get(found[-1].lower(), "val")
    )


def pairs_in(line: str) -> list[Pair]:
    """The numbers that have a name; of `value (mean)` the mean, of `right/all` the share, per cent as shares.

    A number without a name of its split has the split that was named last before it in the line.
    """
    found: list[Pair] = []
    end, split = 0, ""
    for match in _NUMBER.finditer(line):
        if _INDEX.match(match[0]) and _THEN_A_VALUE.match(line, match.end()):
            continue
        between, end = line[end : match.start()], match.end()
        value, whole = number_of(match[1]), match[2]
        name, own_split, opens = _spoken(between)
        split = own_split or split
        if value is None:
            continue
        if opens and found and whole is None and found[-1].name:
            if line[end : end + 1] != "%":
                found[-1] = Pair(found[-1].name, value, found[-1].split, mean=True)
            continue
        share = value / float(whole) if whole is not None and float(whole) > 0 else value
        of_hundred = line[end : end + 2].lstrip(" ").startswith("%") and "loss" not in name.lower()
        found.append(Pair(name, share / 100 if of_hundred else share, split))
    return [pair for pair in found if pair.name]


def columns_in(line: str, section: str, *, validated: bool = False) -> Iterator[tuple[str, Pair]]:
    """Columns of a line with their numbers. `section` is the split that lines before it named.

    A loss without a split is of the training set; a metric without one too if a loss is beside it, else of validation.
    `validated`: the line is known to have been written right after a validation, and such a metric is of that.
    Lines about one class or another domain are left out, and what was best so far.
    """
    if sentence := _SENTENCE.search(line):
        yield "metric/accuracy", Pair("accuracy", float(sentence[2]) / 100, sentence[1].lower())
        return
    line = spelled_alike(line)
    pairs = _short_names(pairs_in(line))
    if len(pairs) > MOST or (_BY_CLASS.search(line) and not any("loss" in pair.name.lower() for pair in pairs)):
        return
    beside_loss = any("loss" in pair.name.lower() for pair in pairs)
    elsewhere = bool(_ELSEWHERE.search(line))
    for pair in pairs:
        if elsewhere and "loss" not in pair.name.lower():
            continue
        of_training = beside_loss and (not validated or "loss" in pair.name.lower())
        split = pair.split or section or ("train" if of_training else "")
        column = _column(pair.name, split)
        if column is not None:
            yield column, Pair(pair.name, pair.value, split, pair.mean)


def _short_names(pairs: list[Pair]) -> list[Pair]:
    """Names in full: `P` beside `R` are precision and recall, `train` beside `val` without a quantity are losses."""
    named = [pair.name for pair in pairs]
    full: dict[str, str] = {}
    if named.count("P") == named.count("R") == 1:
        full = {"P": "precision", "R": "recall"}
    bare = [name for name in named if name.lower() in ("train", "val")]
    if sorted(map(str.lower, bare)) == ["train", "val"] and not any("loss" in name.lower() for name in named):
        full |= {name: f"{name.lower()}_loss" for name in bare}
    return [replace(pair, name=full.get(pair.name, pair.name)) for pair in pairs]


@lru_cache(maxsize=4096)
def _spoken(between: str) -> tuple[str, str, bool]:
    """Of the text before a number: the word that names it, the split that it names, and whether it only opens a bracket."""
    own = _APART.split(between.rstrip(" ["))[-1]
    return "" if _BEST.search(own) else _name_in(own), split_in(between), between.strip() == "("


def _name_in(own: str) -> str:
    """The word that names a number: the last one before it, but for words on the split as in `loss on train: 0.5`."""
    words = _WORD.findall(own)
    while len(words) > 1 and words[-1].lower().strip("._-") in _SPOKEN_AFTER:
        words.pop()
    return words[-1] if words else ""


@lru_cache(maxsize=4096)
def _column(name: str, split: str) -> str | None:
    low = split_first(name.lower().replace("@", "").strip("._-/"))
    if low.partition("/")[0] in SPLITS:
        split, _, low = low.partition("/")
        split = {"training": "train"}.get(split, split)
    if of_boxes := re.fullmatch(r"(?:coco/)?bbox_(map|map_50)", low):
        return "metric/mAP50-95" if of_boxes[1] == "map" else "metric/mAP50"
    low = _SPLIT.sub("", low).strip("._-/ ")
    low = re.sub(r"^(?:avg|mean|epoch|total|running)[_-](?=.)|_(?:epoch|avg|mean|step)$", "", low)
    low = _SAME.get(low, _AT_OVERLAP.sub(r"\1", low))
    if found := _AVERAGE.fullmatch(low):
        name = {"50": "mAP50", "50-95": "mAP50-95"}.get(found[1] or "", low)
        return f"{'train_metric' if split == 'train' else 'metric'}/{name}"
    if low in ("lr", "learning_rate", "rate"):
        return "lr/0"
    if low.startswith("loss_"):
        low = f"{low[5:]}_loss"
    if not _QUANTITY.fullmatch(low):
        return None
    return meaning(f"{'train' if split == 'train' else 'val'}_{low}" if split or "loss" not in low else f"train_{low}")
