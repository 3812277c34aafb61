"""V472: the weights that are loaded back at the end are not those that validated best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("V472", level="error")
def restored_weights_not_best(
    recording: Recording, *, same: float = 1e-4, worse: float = 0.02, higher: float = 0.05
) -> Iterator[Finding | Measured]:
    """After the last step weights are loaded back, and they validate worse than others did, by loss, accuracy and mean recall.

    ## Why is this bad?
    The training found better weights and did not keep them: what is tested, saved or used is another network.

    ## How to fix
    `copy.deepcopy(model.state_dict())`, or `torch.save`: the state dict itself goes on changing with the model. And compare in
    the right direction: an accuracy is better when it is larger, a loss when it is smaller.

    Reported where no training step follows, the validation behind the load gives loss and accuracy (to a share of `same`) of an
    earlier one over the same samples, and another one over them had an accuracy and a mean recall of the classes that were
    `worse` higher, and a loss that was lower by a share of `higher`, or more: who keeps the best by F1 or recall is right. The
    limits are guesses.
    """
    lines = [v for v in recording.lines.get("validation", ()) if v.get("by_class") and v.get("loss") is not None]
    last = lines[-1] if lines else None
    if last is None or not last.get("restored") or int(last["step"]) < int(recording.step[-1]):
        raise NotEnough("no weights were loaded back and validated after the last step")
    before = [v for v in lines[:-1] if _samples(v) == _samples(last)]
    if len(before) < 2:
        yield Measured("earlier validations on the samples of the last", len(before), "2 or more, to compare")
        return
    best = max(before, key=lambda v: float(v["accuracy"]))
    yield Measured(
        "accuracy of the weights that were loaded back", float(last["accuracy"]), f"{best['accuracy']:.4g}, the best"
    )
    loss = float(last["loss"])
    twins = [
        v for v in before if abs(float(v["loss"]) - loss) <= same * abs(loss) and v["accuracy"] == last["accuracy"]
    ]
    lower = [v for v in before if float(v["loss"]) < (1 - higher) * loss]
    if not twins or not lower or float(best["accuracy"]) < float(last["accuracy"]) + worse:
        return
    if _recall(best) < _recall(last) + worse:
        return
    which = "the last one" if twins[-1] is before[-1] else f"the one after step {twins[-1]['step']}"
    load: Mapping[str, Any] = next(
        (e for e in reversed(recording.lines.get("weights_loaded", ())) if e.get("later") is not None), {}
    )
    path, line = load.get("path", last.get("path")), load.get("line", last.get("line"))
    text = f"the weights loaded back are those of {which}, accuracy {last['accuracy']:.3g} and loss {loss:.3g}; "
    text += f"the best of {len(before)} validations, after step {best['step']}, had {best['accuracy']:.3g} and {best['loss']:.3g}"
    yield Finding(Place(path=path, line=line, step=int(last["step"])), text)


def _samples(line: Mapping[str, Any]) -> tuple[int, ...]:
    """How many samples of each class a validation went over."""
    return tuple(int(row[0]) for row in line["by_class"])


def _recall(line: Mapping[str, Any]) -> float:
    """The mean over the classes of the share that was recognised."""
    return float(np.mean([row[1] / row[0] for row in line["by_class"] if row[0]]))


def _run(rows: Sequence[tuple[float, float]], samples: int = 50, *, rare: bool = False) -> Facts:
    """Loss and accuracy of validations; the last is of weights that were loaded back. `rare`: accuracy is bought with recall."""
    run = falling()
    last = len(run) - 1
    lines = [
        {
            "kind": "validation",
            "step": min(20 * n + 19, last),
            "batches": 4,
            "training": False,
            "loss": loss,
            "accuracy": accuracy,
        }
        | {"by_class": _classes(accuracy, samples if n == len(rows) - 1 else 50, rare)}
        | ({"restored": True, "step": last} if n == len(rows) - 1 else {})
        for n, (loss, accuracy) in enumerate(rows)
    ]
    return {"recording": recording_with(run, events=lines)}


def _classes(accuracy: float, samples: int, rare: bool) -> list[list[int]]:
    if rare:
        return [[900, int(900 * accuracy), 0, 0], [samples, int(samples * (1.2 - accuracy)), 0, 0]]
    return [[50, int(50 * accuracy), 0, 0], [samples, int(samples * accuracy), 0, 0]]


@restored_weights_not_best.fires_on
def a_reference_in_place_of_a_copy() -> Facts:
    return _run([(0.9, 0.6), (0.6, 0.75), (0.8, 0.7), (0.8, 0.7)])


@restored_weights_not_best.fires_on
def the_worst_were_kept() -> Facts:
    return _run([(1.1, 0.54), (1.0, 0.57), (0.9, 0.64), (1.1, 0.54)])


@restored_weights_not_best.quiet_on
def the_best_were_kept() -> Facts:
    return _run([(0.9, 0.6), (0.6, 0.75), (0.8, 0.7), (0.6, 0.75)])


@restored_weights_not_best.quiet_on
def the_best_by_loss_were_kept() -> Facts:
    return _run([(0.9, 0.6), (0.6, 0.71), (0.8, 0.75), (0.6, 0.71)])


@restored_weights_not_best.quiet_on
def the_best_by_recall_were_kept() -> Facts:
    return _run([(1.1, 0.6), (0.6, 0.75), (0.8, 0.7), (1.1, 0.6)], rare=True)


@restored_weights_not_best.quiet_on
def a_test_on_other_samples() -> Facts:
    return _run([(0.9, 0.6), (0.6, 0.75), (0.8, 0.7), (0.8, 0.7)], samples=80)
