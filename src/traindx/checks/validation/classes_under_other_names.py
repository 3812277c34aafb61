"""V462: validation knows classes by other ids than training does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.class_results import class_results
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.trend import trend

SHOWN = 4
"""Classes that are named."""


@check("V462", level="error")
def classes_under_other_names(
    recording: Recording, *, least: int = 5, share: float = 0.6, few: float = 0.2, drop: float = 0.1
) -> Iterator[Finding | Measured]:
    """In validation nearly all samples of a class are taken for one other class, and those of that for yet another.

    ## Why is this bad?
    The network tells the classes apart, and the validation set numbers them otherwise than the training set: each dataset made
    its own list (`set(labels)`, `df.label.unique()`, `os.listdir`), the ids are shifted by one, or a folder is missing in one of
    them. The metric is under that of guessing, and the answers bear wrong names.

    ## How to fix
    One list for all splits: `classes = sorted(train_df.label.unique())`, handed to each dataset. Compare
    `train_set.class_to_idx == val_set.class_to_idx`.

    Counted are classes with `least` samples or more, of which under `few` are right and over `share` are taken for one class that
    no other class is taken for; there must be two, in each of the last two validations, and the training loss must have fallen.
    A class that is not learned is taken for others together with these, which is no case of this. The shares are a guess.
    """
    found = class_results(recording)[-2:]
    if len(found) < 2:
        raise NotEnough("no two validations that tell the classes apart were seen")
    renamed = [result.renamed(least=least, share=share, few=few) for result in found]
    both = {c: to for c, to in renamed[-1].items() if renamed[0].get(c) == to}
    yield Measured("classes that validation has under another id", len(both), f"0 of {int((found[-1].seen > 0).sum())}")
    if not np.isfinite(recording.loss).any():
        raise NotEnough("no loss was seen")
    fell = trend(recording.loss)
    if len(both) < 2 or not fell.finite or fell.drop < drop:
        return
    last = found[-1]
    first = sorted(both.items())[:SHOWN]
    pairs = ", ".join(f"{c} for {to} ({last.times[c]} of {last.seen[c]})" for c, to in first)
    more = f" and {len(both) - len(first)} more" if len(both) > len(first) else ""
    text = f"validation has {len(both)} classes under other ids than training: class {pairs}{more} is what the network says"
    at = Place(path=last.path, line=last.line, step=last.step)
    yield Finding(at, f"{text}; {last.accuracy:.1%} are right")


def _run(*rows: Sequence[int], then: Sequence[Sequence[int]] | None = None) -> Facts:
    lines = [
        {"kind": "validation", "step": step, "batches": 4, "by_class": [list(row) for row in by_class]}
        for step, by_class in ((29, rows), (59, then or rows))
    ]
    return {"recording": recording_with(falling(), events=lines)}


@classes_under_other_names.fires_on
def a_list_of_each_split_its_own() -> Facts:
    return _run((40, 1, 2, 36), (40, 0, 0, 38), (40, 0, 1, 33), (40, 39, 3, 39))


@classes_under_other_names.fires_on
def two_classes_exchanged() -> Facts:
    return _run((40, 36, 0, 36), (40, 3, 2, 37), (40, 2, 1, 38))


@classes_under_other_names.quiet_on
def a_class_that_is_not_learned() -> Facts:
    return _run((40, 36, 0, 36), (40, 1, 0, 39), (40, 35, 2, 35))


@classes_under_other_names.quiet_on
def one_answer_for_everything() -> Facts:
    return _run((40, 0, 2, 40), (40, 0, 2, 40), (40, 40, 2, 40))


@classes_under_other_names.quiet_on
def classes_that_are_confused_for_a_while() -> Facts:
    calm = [(40, 30, 0, 30), (40, 31, 1, 31), (40, 36, 2, 36)]
    return _run((40, 2, 1, 38), (40, 3, 0, 37), (40, 36, 2, 36), then=calm)
