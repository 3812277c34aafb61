"""V474: validation asks for classes that training never shows, or for few of those that it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.recording import Recording


@check("V474", level="error")
def classes_of_one_split(
    recording: Recording, *, share: float = 0.3, chance: float = 1e-4, least: int = 30, mixed: float = 0.8
) -> Iterator[Finding | Measured]:
    """Many samples of validation are of classes that no training batch held, or validation holds few of the trained classes.

    ## Why is this bad?
    A class that was never shown is not learned, and a validation of one class says nothing of the others. Most often the set is
    sorted by class and was split by position.

    ## How to fix
    Shuffle before the split, or split each class: `train_test_split(..., stratify=labels)`,
    `random_split(dataset, ...)`.

    Targets of the recorded training batches are counted, and those of the last validation. Reported where classes make up `share`
    of validation or more that training would have shown at that frequency but for a probability of `chance`; or where
    classes that make up `share` of training are missing among `least` samples of all validations together, by the same
    probability. Not judged where training's batches hold under `mixed` of the different classes that batches drawn from all
    would hold: sorted sets and one task after another show in few batches what the whole is. The limits are guesses.
    """
    lines = [v for v in recording.lines.get("validation", ()) if v.get("by_class")]
    batches: list[Counter[int]] = []
    for detail in recording.details.values():
        target = detail.get("targets", {})
        if target.get("from") == "loss" and target.get("form") == "classes" and not target.get("classes_left_out"):
            batches.append(Counter({int(float(v)): int(n) for v, n in target.get("classes", {}).items()}))
    trained = sum(batches, Counter[int]())
    if not lines or not trained:
        raise NotEnough("the classes of training and validation were not both counted")
    mix = _mix(batches, trained)
    yield Measured("different classes of a training batch, of as many as chance would bring", mix, f"{mixed:g} or more")
    if mix < mixed:
        return
    last = lines[-1]
    asked = {at: int(row[0]) for at, row in enumerate(last["by_class"]) if row[0]}
    ever = {at for line in lines for at, row in enumerate(line["by_class"]) if row[0]}
    seen, total = sum(trained.values()), sum(asked.values())
    never = {k: n for k, n in asked.items() if not trained[k] and _improbable(n / total, seen, chance)}
    left_out = {k: n for k, n in trained.items() if k not in ever and _improbable(n / seen, total, chance)}
    yield Measured("samples of validation whose class was never trained", sum(never.values()), f"0 of {total}")
    yield Measured("trained classes that validation never asks for", len(left_out), f"0 of {len(trained)}")
    place = Place(path=last.get("path"), line=last.get("line"), step=int(last["step"]))
    rows = tuple((k, trained[k], asked.get(k, 0)) for k in sorted({*trained, *asked}))
    table = Table("samples by class", ("class", "in training", "in validation"), rows[:100])
    if sum(never.values()) >= share * total:
        text = f"{sum(never.values())} of {total} samples of validation are of {_named(never)}"
        yield Finding(
            place, f"{text}, and none of {seen} training samples is (should be about as many in both)", (table,)
        )
    elif total >= least and sum(left_out.values()) >= share * seen:
        text = f"validation holds {total} samples and none of {_named(left_out)}, which make up {sum(left_out.values()) / seen:.0%}"
        yield Finding(place, f"{text} of training (should be about as much of both)", (table,))


def _mix(batches: Sequence[Counter[int]], trained: Counter[int]) -> float:
    """How many different classes batches hold, of as many as batches of that size drawn from all of them would."""
    total = sum(trained.values())
    expected = sum(1 - (1 - n / total) ** sum(batch.values()) for batch in batches for n in trained.values())
    return float(sum(map(len, batches)) / expected)


def _improbable(frequency: float, draws: int, chance: float) -> bool:
    return bool(draws * np.log1p(-min(frequency, 1 - 1e-9)) < np.log(chance))


def _named(classes: dict[int, int]) -> str:
    names = ", ".join(map(str, sorted(classes)[:6])) + (", ..." if len(classes) > 6 else "")
    return f"class {names}" if len(classes) == 1 else f"the classes {names}"


def _run(training: dict[str, int], *validations: list[int]) -> Facts:
    targets: dict[str, Any] = {"from": "loss", "form": "classes", "classes": training}
    line = {"kind": "validation", "step": 39, "batches": 5, "training": False, "loss": 1.0, "accuracy": 0.0}
    lines = [line | {"by_class": [[n, 0, 0, 0] for n in validation]} for validation in validations]
    return {"recording": recording_with(falling(), detail={"targets": targets}, events=lines)}


@classes_of_one_split.fires_on
def the_last_class_of_a_sorted_set() -> Facts:
    return _run({"0": 11, "1": 10, "2": 11}, [0, 0, 0, 120])


@classes_of_one_split.fires_on
def one_class_in_validation() -> Facts:
    return _run({"0": 11, "1": 10, "2": 11}, [0, 120, 0])


@classes_of_one_split.quiet_on
def all_classes_in_both() -> Facts:
    return _run({"0": 11, "1": 10, "2": 11}, [40, 41, 39])


@classes_of_one_split.quiet_on
def a_rare_class_that_validation_lacks() -> Facts:
    return _run({"0": 20, "1": 11, "2": 1}, [60, 40, 0])


@classes_of_one_split.quiet_on
def one_class_after_the_other() -> Facts:
    return _run({"0": 11, "1": 10, "2": 11}, [120, 0, 0], [0, 120, 0], [0, 0, 120])


@classes_of_one_split.quiet_on
def a_sorted_set_that_is_read_in_order() -> Facts:
    facts = _run({"0": 32}, [0, 60, 60])
    step = next(iter(facts["recording"].details))
    facts["recording"].details[step] = {"targets": {"from": "loss", "form": "classes", "classes": {"1": 32}}}
    return facts
