"""T406: a ReLU or tanh stands between the last layer and a loss over classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import layer_of, loss_calls_of
from traindx.core.loss_names import BINARY, CLASSES
from traindx.core.recording import Recording

CUTS = {"Relu": "no score below 0", "Softplus": "no score below 0", "Hardtanh": "a narrow range", "Tanh": "-1..1"}

COMPILED, ZEROS = "CompiledFunction", 0.1
"""What a compiled model made has one name for all. There the scores tell: none below 0, and so many or more are 0 (a guess)."""


@check("T406", level="error")
def logits_cut_off(recording: Recording) -> Iterator[Finding | Measured]:
    """The scores of classes pass a ReLU, softplus or tanh right before softmax, sigmoid or their loss.

    ## Why is this bad?
    Behind ReLU no class can be called less likely than one that scores 0, and where a score is 0 no gradient comes back:
    a class whose score is 0 for all samples is not learned any more. With a single logit the probability cannot fall below
    0.5. Behind tanh no class of ten can reach a probability above 0.45.

    ## How to fix
    Return what the last linear layer gives; activations belong between layers.

    Told by the operation that made the scores, as the graph names it; of a compiled model by the scores. A network that ends
    in pooled ReLU maps (SqueezeNet) is another thing, and is not reported.
    """
    for found in loss_calls_of(recording):
        if found.name not in (*CLASSES, *BINARY):
            continue
        cuts = [kind for call in found.calls if (kind := _cut(call)) is not None]
        yield Measured(
            f"recorded steps at which {found.shown} gets scores that are cut off", len(cuts), f"0 of {len(found)}"
        )
        if len(cuts) < 0.9 * len(found):
            continue
        kind = max(set(cuts), key=cuts.count)
        zeros = found.column("zeros")
        text = f"{found.shown} gets scores behind a {kind.lower()}: {CUTS[kind]}"
        if kind == "Relu" and np.isfinite(zeros).any():
            text += f", {float(np.nanmedian(zeros)):.0%} of them are exactly 0"
        yield Finding(
            replace(found.place, layer=layer_of(recording, kind)), f"{text} (should be logits without bounds)"
        )


def _cut(call: Any) -> str | None:
    made = call.get("softmax_of") if call.get("made_by") in ("Softmax", "LogSoftmax") else call.get("made_by")
    if str(made).startswith(COMPILED) and call.get("input_min") == 0.0 and call.get("zeros", 0.0) >= ZEROS:
        return "Relu"
    return made if made in CUTS else None


def _call(name: str, made_by: str, **more: Any) -> Facts:
    detail = {"loss_call": {"name": name, "made_by": made_by, "zeros": 0.6, **more}}
    return {"recording": recording_with(flat(), detail=detail)}


@logits_cut_off.fires_on
def relu_on_logits() -> Facts:
    return _call("cross_entropy", "Relu")


@logits_cut_off.fires_on
def relu_before_log_softmax() -> Facts:
    return _call("nll_loss", "LogSoftmax", softmax_of="Relu")


@logits_cut_off.fires_on
def relu_in_a_compiled_model() -> Facts:
    return _call("cross_entropy", "CompiledFunction", input_min=0.0)


@logits_cut_off.quiet_on
def logits_of_a_compiled_model() -> Facts:
    return _call("cross_entropy", "CompiledFunction", input_min=-0.3, zeros=0.0)


@logits_cut_off.quiet_on
def logits_of_a_linear_layer() -> Facts:
    return _call("cross_entropy", "Addmm")


@logits_cut_off.quiet_on
def pooled_maps_behind_relu() -> Facts:
    return _call("cross_entropy", "Mean")


@logits_cut_off.quiet_on
def counts_behind_relu() -> Facts:
    call = {"loss_call": {"name": "mse_loss", "made_by": "Relu"}}
    return {"recording": recording_with(falling(), detail=call)}
