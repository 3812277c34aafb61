"""T414: the loss ignores all targets but those of one class, or all, or the pictures of a class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.loss_names import CLASSES
from traindx.core.recording import Recording


@check("T414", level="error")
def targets_ignored(recording: Recording, *, steps: int = 5) -> Iterator[Finding | Measured]:
    """What `ignore_index` leaves of the targets is nothing, or one class alone; or it takes a class of whole pictures away.

    ## Why is this bad?
    Of a batch in which all is ignored the mean is 0 / 0, not a number. Where one class is left, the model learns to answer
    with that one always: the loss falls to nothing, and the predictions are worth nothing. Where each picture has one label and
    the ignored id is one of the classes, the pictures of that class are never learned.

    ## How to fix
    `ignore_index` is for what has no label (255 in masks); give it a number that is no class. That the background of
    masks, or the filling of sequences, is ignored and several classes are left is not reported.
    """
    for found in loss_calls_of(recording):
        ignored = found.column("ignored")
        if found.name not in CLASSES or not np.isfinite(ignored).any():
            continue
        typical = float(np.nanmedian(ignored))
        index = found.first.get("ignore_index")
        yield Measured(f"targets with the ignored id {index}", round(100 * typical, 2), "under 100", "%")
        if typical >= 1:
            yield Finding(
                found.place, f"all targets of {found.shown} have the ignored id {index} (should be some others)"
            )
            continue
        left = _left(recording, found)
        if len(found) >= steps and left is not None and len(left) == 1 and typical > 0:
            text = (
                f"{found.shown} ignores {typical:.0%} of the targets (id {index}): class {left[0]} is the only one left"
            )
            yield Finding(found.place, text)
        elif len(found) >= steps and typical > 0 and _is_class_of_pictures(recording, found):
            text = f"{found.shown} ignores the pictures of class {index} of {found.first['classes']}, {typical:.0%} of all:"
            yield Finding(found.place, f"{text} it is never learned (ignore_index should be no class)")


def _is_class_of_pictures(recording: Recording, found: LossCalls) -> bool:
    """Whether each sample has one label, and the ignored id is one for which the network has an output."""
    details = [recording.details[step] for step in found.steps]
    single = all(
        (d.get("targets") or {}).get("form") == "classes"
        and len(c.get("target_shape") or ()) == 1
        and c["target_shape"][0] == (d.get("batch") or {}).get("samples")
        for d, c in zip(details, found.calls, strict=True)
    )
    return single and 0 <= int(found.first["ignore_index"]) < int(found.first.get("classes") or 0)


def _left(recording: Recording, found: LossCalls) -> list[int] | None:
    """The classes that are not ignored; None where the targets of this loss were not read, or not whole."""
    targets = [recording.details[s].get("targets", {}) for s in found.steps]
    if not all(t.get("from") == "loss" and t.get("form") in ("classes", "map") for t in targets):
        return None
    ids = {int(float(value)) for t in targets for value in t.get("classes", ())}
    return sorted(ids - {int(found.first["ignore_index"])})


def _facts(loss: list[float], index: int, ignored: float, classes: dict[str, int]) -> Facts:
    call = {"name": "cross_entropy", "ignore_index": index, "ignored": ignored}
    targets = {"from": "loss", "form": "map", "classes": classes}
    return {"recording": recording_with(loss, detail={"loss_call": call, "targets": targets})}


@targets_ignored.fires_on
def background_ignored_of_two_classes() -> Facts:
    return _facts(falling(), 0, 0.9, {"0": 900, "1": 100})


@targets_ignored.fires_on
def nothing_left() -> Facts:
    return _facts(flat(), 255, 1.0, {"255": 1000})


def _pictures(samples: int) -> Facts:
    call = {"name": "cross_entropy", "ignore_index": 0, "ignored": 0.25, "classes": 4, "target_shape": [32]}
    targets = {"from": "loss", "form": "classes", "classes": {"0": 8, "1": 8, "2": 8, "3": 8}}
    detail = {"loss_call": call, "targets": targets, "batch": {"samples": samples}}
    return {"recording": recording_with(falling(), detail=detail)}


@targets_ignored.fires_on
def the_first_class_of_pictures() -> Facts:
    return _pictures(32)


@targets_ignored.quiet_on
def filling_of_two_sequences_of_sixteen_words() -> Facts:
    return _pictures(2)


@targets_ignored.quiet_on
def unlabelled_pixels_of_a_street() -> Facts:
    return _facts(falling(), 255, 0.3, {"0": 400, "1": 200, "11": 100, "255": 300})


@targets_ignored.quiet_on
def the_setting_that_torch_has() -> Facts:
    return _facts(falling(), -100, 0.0, {"1": 64})
