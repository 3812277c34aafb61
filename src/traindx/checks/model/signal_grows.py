"""M103: weights so large that the first loss, before any step, is many times that of guessing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Bars, Finding, Measured, Place
from traindx.core.first_signal import LayerSignal, first_signal, has_learned, mean_gain, set_by
from traindx.core.recording import Recording


@check("M103", level="error")
def signal_grows(recording: Recording, *, gain: float = 2.5, over: float = 5.0) -> Iterator[Finding | Measured]:
    """The weights start so large that the signal grows in each layer, and the first loss is far above that of guessing.

    ## Why is this bad?
    The network starts certain, and wrong. Sigmoid and tanh units sit in their flat ends, gradients are huge, and the first steps
    throw the weights about; what is learned later is little more than the way back.

    ## How to fix
    Leave torch's default, or draw by the size of the layer: `nn.init.kaiming_normal_(weight)` for ReLU. A deviation of 1,
    or numbers between 0 and 1, are far too large for layers with many inputs. The gain of a layer is how much the
    differences between samples grow in it: 0.5 to 0.7 by torch's default, 1.4 by He's rule, the root of the number of
    inputs with deviation 1.

    `gain` is the geometric mean from which layers count as too large, `over` the first loss as a multiple of chance (both a
    guess). Where no cross entropy over classes was seen, a run that learned nothing and whose signal grows a hundredfold is
    named.
    """
    layers = first_signal(recording)
    if not [x for x in layers if x.trained]:
        return
    mean, chance = mean_gain(layers), recording.chance
    yield Measured("gain of a layer at the start (geometric mean)", mean, f"under {gain:g}")
    first = _first_loss(recording)
    if chance is not None:
        yield Measured("first loss over that of guessing", first / chance, f"under {over:g}")
    if not mean > gain:
        return
    grown = layers[-1].out_vary / layers[0].in_vary if layers[0].in_vary > 0 else 0.0
    harmful = first > over * chance if chance is not None else (grown > 100 and has_learned(recording) is False)
    if harmful:
        yield _finding(recording, layers, mean, first, chance)


def _first_loss(recording: Recording) -> float:
    """The first loss as its function returned it (before it is divided for accumulation)."""
    first = next(iter(recording.details.values()), {})
    value = (first.get("loss_call") or {}).get("value")
    return float(value) if value is not None else float(recording.loss[0]) if len(recording.loss) else np.nan


def _finding(
    recording: Recording, layers: tuple[LayerSignal, ...], mean: float, first: float, chance: float | None
) -> Finding:
    worst = max((x for x in layers if x.trained and x.gain > 0), key=lambda x: x.gain)
    call = set_by(recording, f"{worst.name}.weight")
    place = Place(layer=worst.name, parameter=f"{worst.name}.weight", step=0)
    if call and call[1]:
        place = Place(call[1].path, call[1].line, layer=worst.name, parameter=f"{worst.name}.weight", step=0)
    text = f"the signal grows {mean:.3g}-fold in a layer (should be under 2.5)"
    text += f", {worst.gain:.3g}-fold in {worst.name}, which starts at {worst.weight_rms:.2g}" + (
        f" by {call[0]}" if call else ""
    )
    text += f"; the loss before any step is {first:.4g}" + (
        f", guessing gives {chance:.3g}" if chance is not None else ""
    )
    shown = [x for x in layers if x.gain > 0]
    return Finding(
        place, text, (Bars("gain by layer", tuple(x.name for x in shown), (("gain", tuple(x.gain for x in shown)),)),)
    )


def _layers(gain: float, first: float = 1.0) -> dict[str, Any]:
    numbers = {"in_rms": first, "in_vary": first, "out_vary": first * gain, "weight_rms": 1.0, "spread": 0.97}
    entry = {"kind": "Linear", "shape": [64, 64], "groups": 1, "trained": True, **numbers}
    return {"kind": "signal", "step": 0, "layers": [{"name": f"fc{at}", **entry} for at in range(3)]}


CALL = {"name": "cross_entropy", "classes": 10}


@signal_grows.fires_on
def a_deviation_of_one() -> Facts:
    return {
        "recording": recording_with(falling(start=300.0, end=2.0), events=[_layers(8.0)], detail={"loss_call": CALL})
    }


@signal_grows.quiet_on
def weights_by_the_rule_of_he() -> Facts:
    return {"recording": recording_with(falling(start=2.9), events=[_layers(1.41)], detail={"loss_call": CALL})}


@signal_grows.quiet_on
def large_inputs_and_usual_weights() -> Facts:
    inputs = [_layers(0.58, first=120.0)]
    return {"recording": recording_with(falling(start=30.0), events=inputs, detail={"loss_call": CALL})}


@signal_grows.quiet_on
def large_weights_that_normalisation_makes_harmless() -> Facts:
    return {"recording": recording_with(falling(start=2.4), events=[_layers(12.0)], detail={"loss_call": CALL})}
