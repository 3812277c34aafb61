"""M101: all units of a layer start alike and stay alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import first_signal, set_by
from traindx.core.gradient_flow import is_matrix
from traindx.core.recording import Recording


@check("M101", level="error")
def equal_units(recording: Recording, *, spread: float = 1e-3) -> Iterator[Finding | Measured]:
    """All units of a hidden layer have equal weights at the first step, and still have them steps later.

    ## Why is this bad?
    Units with equal weights compute the same, get the same gradient and stay equal: the layer is as good as one unit wide. With
    all weights zero no gradient reaches them at all.

    ## How to fix
    Draw the weights at random: torch's default, `nn.init.kaiming_normal_` for ReLU, `nn.init.xavier_uniform_` for tanh.
    Only biases and the scales of normalisation layers may start equal. A last layer that starts at zero, and one at the end
    of a residual branch, are healthy: their units get different gradients and part at the first step. So only layers whose
    units are still alike at a later step are named.

    `spread` is the distance of the units' weights from their mean over the weights' size: 0.9 and more in layers that were
    drawn at random.
    """
    layers, again = first_signal(recording), recording.lines.get("alike", ())
    if not layers:
        yield from _as_initialised(recording)
        return
    hidden = [x for x in layers[:-1] if x.trained and x.groups == 1 and x.units > 1]
    if not hidden:
        return
    yield Measured(
        "least spread of the units' weights in a hidden layer", min(x.spread for x in hidden), f"over {spread:g}"
    )
    alike = [x for x in hidden if x.spread < spread]
    if not alike:
        return
    if not again or not np.nanmax(np.append(recording.update_norm, 0.0)) > 0:
        raise NotEnough("too few steps to tell whether units that start alike stay alike")
    step, later = int(again[-1]["step"]), again[-1]["spread"]
    for layer in alike:
        if later.get(layer.name, 1.0) < spread and _gets_gradient(recording, f"{layer.name}.weight"):
            yield _finding(recording, layer.name, layer.units, layer.weight_rms, step)


def _as_initialised(recording: Recording) -> Iterator[Finding | Measured]:
    """Where no layer was seen, as of a compiled model: weights that `torch.nn.init` set to one number other than zero."""
    hidden = [p.name for p in recording.parameters if is_matrix(p) and p.trainable][:-1]
    calls = {name: call for name in hidden if (call := set_by(recording, name))}
    alike = [name for name, (call, _) in calls.items() if call.startswith(("constant_", "ones_"))]
    alike = [name for name in alike if calls[name][0] not in ("constant_(0)", "constant_(0.0)")]
    if not calls:
        return
    yield Measured("hidden layers whose weights were set to one number", len(alike), f"0 of {len(hidden)}")
    if len(alike) >= max(2, len(hidden) / 2):
        text, source = calls[alike[0]]
        path, line = (source.path, source.line) if source else (None, None)
        text = f"all weights of {len(alike)} hidden layers are set to one number by {text}: their units stay equal"
        yield Finding(Place(path, line, parameter=alike[0], step=0), text)


def _gets_gradient(recording: Recording, parameter: str) -> bool:
    """Whether the weight takes part in the loss and an optimizer holds it: else it stays as it is for another reason."""
    names = [p.name for p in recording.parameters]
    if parameter not in names or recording.parameters[names.index(parameter)].optimizer is None:
        return False
    return bool(np.isfinite(recording.per_parameter("grad")[:, names.index(parameter)]).any())


def _finding(recording: Recording, layer: str, units: int, size: float, step: int) -> Finding:
    call = set_by(recording, f"{layer}.weight")
    place = Place(layer=layer, parameter=f"{layer}.weight", step=0)
    if call and call[1]:
        place = Place(path=call[1].path, line=call[1].line, layer=layer, parameter=f"{layer}.weight", step=0)
    text = f"all {units} units of {layer} start with equal weights"
    text += " (zero)" if size == 0 else f" by {call[0]}" if call else ""
    return Finding(place, f"{text} and are still equal after {step} steps (should differ from unit to unit)")


def _layers(spread: float, size: float = 0.1) -> dict[str, Any]:
    numbers = {"in_rms": 1.0, "in_vary": 1.0, "out_vary": 0.5, "weight_rms": size, "trained": True, "groups": 1}
    entries = [
        {"name": n, "kind": "Conv2d", "shape": [8, 8, 3, 3], "spread": spread, **numbers} for n in ("conv1", "conv2")
    ]
    last = {"name": "fc", "kind": "Linear", "shape": [10, 8], "spread": 0.0, **numbers}
    return {"kind": "signal", "step": 0, "layers": [*entries, last]}


def _alike(value: float) -> Mapping[str, Any]:
    return {"kind": "alike", "step": 16, "spread": {"conv1": value, "conv2": value, "fc": 0.9}}


@equal_units.fires_on
def every_weight_the_same() -> Facts:
    detail = {"parameters": {"grad": [1e-3] * 6}}
    return {"recording": recording_with(flat(), events=[_layers(0.0), _alike(1e-7)], detail=detail)}


def _initialised(call: str, *names: str) -> Facts:
    held = [{"name": f"conv{n}.weight", "shape": [8, 8, 3, 3], "trainable": True, "optimizer": 0} for n in range(4)]
    line = {"kind": "initialised", "step": 0, "calls": [{"call": call, "numbers": "0.01", "parameters": list(names)}]}
    return {"recording": recording_with(falling(), parameters=held, events=[line])}


@equal_units.fires_on
def constant_weights_of_a_compiled_model() -> Facts:
    return _initialised("constant_", "conv0.weight", "conv1.weight", "conv2.weight", "conv3.weight")


@equal_units.quiet_on
def a_compiled_model_drawn_at_random() -> Facts:
    return _initialised("normal_", "conv0.weight", "conv1.weight", "conv2.weight", "conv3.weight")


@equal_units.quiet_on
def one_layer_that_starts_as_one() -> Facts:
    return _initialised("ones_", "conv1.weight")


@equal_units.quiet_on
def branches_that_start_at_zero_and_part() -> Facts:
    detail = {"parameters": {"grad": [1e-3] * 6}}
    return {"recording": recording_with(falling(), events=[_layers(0.0, size=0.0), _alike(0.8)], detail=detail)}


@equal_units.quiet_on
def weights_drawn_at_random_and_a_last_layer_at_zero() -> Facts:
    return {"recording": recording_with(falling(), events=[_layers(0.97)])}


@equal_units.quiet_on
def a_layer_that_takes_no_part_in_the_loss() -> Facts:
    detail = {"parameters": {"grad": [None] * 6}}
    return {"recording": recording_with(falling(), events=[_layers(0.0), _alike(0.0)], detail=detail)}
