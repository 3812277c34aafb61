"""T424: softmax makes the classes exclude each other, and the labels name several of them, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import layer_of, loss_calls_of
from traindx.core.loss_names import BINARY
from traindx.core.recording import Recording


@check("T424", level="error")
def softmax_for_several_labels(recording: Recording, *, off: float = 0.5) -> Iterator[Finding | Measured]:
    """A binary cross entropy is given the softmax of scores, for targets of which a row names several classes or none.

    ## Why is this bad?
    The probabilities of a sample sum to one: with two right labels neither can come above a half, with none one of them has to
    be wrong. A threshold of 0.5 then finds one label at most.

    ## How to fix
    No activation and `binary_cross_entropy_with_logits`, or a sigmoid and `binary_cross_entropy`.

    Reported where rows of targets sum to more than 1 + `off`, or to less than 1 - `off`, in most recorded steps; rows with
    one class, hard or soft, fit a softmax. A guess.
    """
    for found in loss_calls_of(recording):
        if found.name not in BINARY or not found.made_by("Softmax"):
            continue
        least, most = found.column("target_row_sum_min"), found.column("target_row_sum_max")
        if np.isnan(least).all():
            continue
        beyond = np.mean((most > 1 + off) | (least < 1 - off))
        yield Measured("recorded steps with rows of several labels, or none, behind a softmax", float(beyond), "0")
        if beyond > 0.5:
            text = f"softmax gives {found.shown} rows that sum to 1, those of the targets sum to"
            text += (
                f" {np.nanmin(least):.3g} to {np.nanmax(most):.3g} (should be 1, or a sigmoid in place of the softmax)"
            )
            yield Finding(replace(found.place, layer=layer_of(recording, "Softmax")), text)


def _call(low: float, high: float, made_by: str = "Softmax") -> Facts:
    call = {"name": "binary_cross_entropy", "made_by": made_by, "target_row_sum_min": low, "target_row_sum_max": high}
    return {"recording": recording_with(falling(), detail={"loss_call": call})}


@softmax_for_several_labels.fires_on
def none_to_three_labels_of_a_picture() -> Facts:
    return _call(0.0, 3.0)


@softmax_for_several_labels.quiet_on
def one_class_of_each_picture() -> Facts:
    return _call(1.0, 1.0)


@softmax_for_several_labels.quiet_on
def mixed_classes_that_sum_to_one() -> Facts:
    return _call(0.999, 1.001)


@softmax_for_several_labels.quiet_on
def a_sigmoid_for_several_labels() -> Facts:
    return _call(0.0, 3.0, made_by="Sigmoid")
