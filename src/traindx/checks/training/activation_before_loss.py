"""T404: a sigmoid or softmax stands before a loss that applies its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import LossCalls, layer_of, loss_calls_of
from traindx.core.loss_names import WITH_LOGITS
from traindx.core.recording import Recording

SQUASHES = ("Sigmoid", "Hardsigmoid", "Softmax")
JOINS = ("Cat", "Stack", "CopySlices", "Clamp", "Where")
"""Operations that can hide a sigmoid: heads that put their outputs together, or write in place."""


@check("T404", level="error")
def activation_before_loss(recording: Recording) -> Iterator[Finding | Measured]:
    """The scores lie in 0..1 when they reach a loss that expects logits and applies its own sigmoid or softmax.

    Told by the operation that made the scores, as the graph names it, or where that is hidden (compiled, put together with
    others) by scores that never leave 0..1; softmax before cross entropy is T401.

    ## Why is this bad?
    `binary_cross_entropy_with_logits` applies a sigmoid: of scores in 0..1 it makes probabilities in 0.5..0.73, so that no
    sample can be called negative. Cross entropy applies softmax: of scores in 0..1 no class can reach a probability above
    e / (e + K - 1), 0.23 for 10 classes. Gradients pass two flat functions instead of one.

    ## How to fix
    Hand the loss what the last linear layer returns, and apply sigmoid or softmax for predictions only. Or keep the sigmoid
    and use `binary_cross_entropy`, which expects probabilities.
    """
    for found in loss_calls_of(recording):
        if found.name not in WITH_LOGITS:
            continue
        squashed = [name for c in found.calls if (name := _squash(found, c))]
        yield Measured(
            f"recorded steps at which {found.shown} gets squashed scores", len(squashed), f"0 of {len(found)}"
        )
        if len(squashed) < 0.9 * len(found):
            continue
        kind = max(set(squashed), key=squashed.count)
        low, high = found.column("input_min").min(), found.column("input_max").max()
        hidden = not any(str(c.get("made_by", "")) in SQUASHES for c in found.calls)
        if hidden and not (low >= 0 and high <= 1):
            continue  # so small are logits too, of weights that start small
        own = "softmax" if found.name == "cross_entropy" else "sigmoid"
        text = f"{found.shown} applies its own {own} to what a {kind.lower()} made, {low:.3g} to {high:.3g} (should be logits)"
        yield Finding(replace(found.place, layer=layer_of(recording, kind)), text)


def _squash(found: LossCalls, call: Any) -> str:
    """The squashing function before a loss, empty where there is none, or T401 tells it."""
    made = str(call.get("made_by", ""))
    hides = made.endswith("Function") or (made in JOINS and found.name != "cross_entropy")  # compiled, or checkpointed
    if hides and call["input_min"] > 0 and call["input_max"] < 1:
        made = "Sigmoid"
    if found.name == "cross_entropy":
        return made if made in SQUASHES[:2] else ""
    if made in SQUASHES:
        return made
    sums = call.get("row_sum_min"), call.get("row_sum_max")
    ones = None not in sums and abs(sums[0] - 1) < 1e-3 and abs(sums[1] - 1) < 1e-3
    return "Softmax" if ones and call["input_min"] >= 0 else ""


def _call(name: str, made_by: str, low: float, high: float, **more: float) -> dict[str, object]:
    return {"loss_call": {"name": name, "made_by": made_by, "input_min": low, "input_max": high, **more}}


@activation_before_loss.fires_on
def sigmoid_before_the_loss_with_logits() -> Facts:
    call = _call("binary_cross_entropy_with_logits", "Sigmoid", 0.1, 0.9)
    return {"recording": recording_with(flat(level=0.6), detail=call)}


@activation_before_loss.fires_on
def sigmoid_before_cross_entropy() -> Facts:
    return {"recording": recording_with(flat(level=2.2), detail=_call("cross_entropy", "Sigmoid", 0.1, 0.9))}


@activation_before_loss.quiet_on
def sigmoid_before_the_loss_of_probabilities() -> Facts:
    return {"recording": recording_with(falling(), detail=_call("binary_cross_entropy", "Sigmoid", 0.1, 0.9))}


@activation_before_loss.quiet_on
def logits_of_a_linear_layer() -> Facts:
    call = _call("binary_cross_entropy_with_logits", "Addmm", -3.0, 3.0, row_sum_min=-4.0, row_sum_max=4.0)
    return {"recording": recording_with(falling(), detail=call)}


@activation_before_loss.fires_on
def sigmoids_beside_sizes_in_one_tensor() -> Facts:
    call = _call("binary_cross_entropy_with_logits", "Cat", 0.1, 0.8)
    return {"recording": recording_with(flat(level=0.6), detail=call)}


@activation_before_loss.quiet_on
def logits_of_several_heads_in_one_tensor() -> Facts:
    run = recording_with(falling(), detail=_call("binary_cross_entropy_with_logits", "Cat", 0.1, 0.8))
    details = dict(run.details)
    details[59] = {**details[59], **_call("binary_cross_entropy_with_logits", "Cat", -4.0, 0.8)}
    return {"recording": replace(run, details=details)}


@activation_before_loss.quiet_on
def compiled_and_small_at_first() -> Facts:
    run = recording_with(falling(), detail=_call("cross_entropy", "CompiledFunctionBackward", 0.1, 0.9))
    details = dict(run.details)
    details[59] = {**details[59], **_call("cross_entropy", "CompiledFunctionBackward", -4.0, 4.0)}
    return {"recording": replace(run, details=details)}


@activation_before_loss.quiet_on
def similarities_over_a_temperature() -> Facts:
    return {"recording": recording_with(falling(), detail=_call("cross_entropy", "Div", -14.0, 14.0))}
