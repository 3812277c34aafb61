"""T409: a loss over classes gets targets that it has no meaning for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import LossCalls, loss_calls_of
from traindx.core.loss_names import BINARY
from traindx.core.recording import Recording

SLACK = 0.25
"""How far targets may lie beyond 0..1: labels that are drawn around 0 and 1 are a habit with generative networks (a guess)."""


@check("T409", level="error")
def targets_do_not_fit_loss(recording: Recording) -> Iterator[Finding | Measured]:
    """Binary cross entropy gets targets outside 0..1, or cross entropy several classes for one sample, or numbers below 0.

    ## Why is this bad?
    Binary cross entropy with targets above 1 (masks of 0 and 255, class ids) falls without end as the scores grow. Cross
    entropy shares a probability of 1 among all classes: of a sample with three labels each can reach a third at most.

    ## How to fix
    Divide masks by 255, or compare (`mask > 0`). For ids use cross entropy. For several labels at a time use
    `binary_cross_entropy_with_logits`.

    Unreduced losses are not judged: what does not fit may be masked out afterwards.
    """
    for found in loss_calls_of(recording):
        if found.calls[0].get("reduction") == "none":
            continue
        low, high = found.column("target_min"), found.column("target_max")
        if found.name in BINARY:
            outside = (low < -SLACK) | (high > 1 + SLACK)
            yield Measured(f"recorded steps with targets of {found.shown} outside 0..1", int(outside.sum()), "0")
            if outside.sum() >= 0.5 * len(found):
                text = f"the targets of {found.shown} go from {np.nanmin(low):.4g} to {np.nanmax(high):.4g} (should be 0 to 1)"
                yield Finding(found.place, text)
        elif found.name == "cross_entropy":
            yield from _several_labels(recording, found)
            yield from _no_shares(found)


def _several_labels(recording: Recording, found: LossCalls) -> Iterator[Finding | Measured]:
    """Rows of targets with several ones, where the targets that were read are those of this loss."""
    targets = [recording.details[step].get("targets", {}) for step in found.steps]
    own = [
        (t, c)
        for t, c in zip(targets, found.calls, strict=True)
        if t.get("from") == "loss" and _floats(c) and t.get("form")
    ]
    several = [t for t, _ in own if t["form"] == "multi-label" and t.get("row_sum", (0, 0))[1] >= 2]
    yield Measured("recorded steps at which cross entropy got several labels for a sample", len(several), "0")
    if own and len(several) >= 0.5 * len(own):
        most = max(t["row_sum"][1] for t in several)
        text = f"cross entropy gets targets with up to {most:.0f} labels for a sample (should be one, or shares that sum to 1)"
        yield Finding(found.place, text)


def _no_shares(found: LossCalls) -> Iterator[Finding | Measured]:
    """Numbers below 0, as of a regression, where cross entropy expects shares of the classes."""
    given = [c for c in found.calls if _floats(c) and str(c.get("target_type", "")).startswith(("float", "bfloat"))]
    below = [c["target_min"] for c in given if c.get("target_min") is not None and c["target_min"] < -SLACK]
    yield Measured("recorded steps at which cross entropy got targets below 0", len(below), "0")
    if given and len(below) >= 0.5 * len(given):
        text = f"cross entropy gets targets down to {min(below):.4g} (should be class ids, or shares of 0 to 1)"
        yield Finding(found.place, f"{text}: numbers to be predicted need a distance, as `mse_loss`")


def _floats(call: object) -> bool:
    return isinstance(call, dict) and call.get("shape") == call.get("target_shape")


def _binary(low: float, high: float, reduction: str = "mean") -> Facts:
    call = {"name": "binary_cross_entropy_with_logits", "target_min": low, "target_max": high, "reduction": reduction}
    return {"recording": recording_with(falling(), detail={"loss_call": call})}


def _classes(form: str, row_sum: list[float]) -> Facts:
    call = {"name": "cross_entropy", "shape": [32, 10], "target_shape": [32, 10], "target_min": 0.0, "target_max": 1.0}
    targets = {"from": "loss", "form": form, "row_sum": row_sum}
    return {"recording": recording_with(falling(), detail={"loss_call": call, "targets": targets})}


@targets_do_not_fit_loss.fires_on
def masks_of_0_and_255() -> Facts:
    return _binary(0.0, 255.0)


@targets_do_not_fit_loss.fires_on
def three_labels_and_one_softmax() -> Facts:
    return _classes("multi-label", [0.0, 3.0])


@targets_do_not_fit_loss.fires_on
def numbers_for_shares() -> Facts:
    call = {"name": "cross_entropy", "shape": [32, 2], "target_shape": [32, 2], "target_min": -1.9, "target_max": 2.6}
    return {"recording": recording_with(falling(), detail={"loss_call": {**call, "target_type": "float32"}})}


@targets_do_not_fit_loss.quiet_on
def masked_afterwards() -> Facts:
    return _binary(0.0, 255.0, "none")


@targets_do_not_fit_loss.quiet_on
def smoothed_labels() -> Facts:
    return _binary(0.05, 0.95)


@targets_do_not_fit_loss.quiet_on
def mixed_up_labels() -> Facts:
    return _classes("soft", [1.0, 1.0])
