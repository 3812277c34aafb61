"""M106: sigmoids between many layers: each lets at most a quarter of the gradient pass, and nothing is learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import first_signal, flat_steps, has_learned, passed_on
from traindx.core.layer_graph import layer_graph
from traindx.core.recording import Recording


@check("M106", level="error")
def stack_of_sigmoids(recording: Recording, *, layers: int = 3, passed: float = 0.02) -> Iterator[Finding | Measured]:
    """Three or more hidden layers are followed by sigmoids, hardly any of the signal gets through, and the loss does not move.

    ## Why is this bad?
    A sigmoid's slope is 0.25 at most. With usual weights a layer and its sigmoid pass on about 0.14 of what tells samples apart
    and as much of the gradient: the first of five layers gets less than a thousandth of it.

    ## How to fix
    Use ReLU or GELU between the layers and keep the sigmoid for the output, or normalise in front of each.

    `passed` is the share of the input's differences between samples that enters the last layer (a guess). Networks that
    learn are left alone.
    """
    signal, graph = first_signal(recording), layer_graph(recording)
    if len(signal) < 2 or graph is None:
        return
    squashed = [x for x in graph.layers if "Sigmoid" in x.through]
    count = max(len(squashed), graph.operations.get("Sigmoid", 0))  # behind a pooling only the pooling is seen
    reaches = passed_on(signal)
    yield Measured("sigmoids between the layers", count, f"fewer than {layers}")
    if count < layers or graph.has_norm or has_learned(recording) or not reaches < passed:
        return
    still, steps = flat_steps(recording)
    if steps < 20 or still < 0.5 * steps:
        return
    text = f"{count} sigmoids stand between the layers, and {reaches:.1g} of what tells samples apart enters the last layer"
    yield Finding(
        Place(layer=squashed[0].name if squashed else signal[0].name, step=0),
        f"{text} (should be over {passed:g}); the loss stands still for {still} steps",
    )


def _run(loss: list[float], function: str) -> Facts:
    entries, weighted = [], []
    for at in range(6):
        numbers = {"in_rms": 0.5, "in_vary": 0.14**at, "out_vary": 0.57 * 0.14**at, "weight_rms": 0.1, "spread": 0.97}
        entries.append(
            {"name": f"layers.{at}", "kind": "Linear", "shape": [8, 8], "groups": 1, "trained": True, **numbers}
        )
        row = {
            "name": f"layers.{at}.weight",
            "shape": [8, 8],
            "groups": 1,
            "after": [],
            "through": [function if at else "start"],
        }
        weighted.append(row)
    graph: dict[str, Any] = {"kind": "graph", "step": 0, "weighted": weighted, "operations": {"Addmm": 6}}
    return {"recording": recording_with(loss, events=[{"kind": "signal", "step": 0, "layers": entries}, graph])}


@stack_of_sigmoids.fires_on
def five_sigmoids_in_a_row() -> Facts:
    return _run(flat(), "Sigmoid")


@stack_of_sigmoids.quiet_on
def sigmoids_that_learn() -> Facts:
    return _run(falling(), "Sigmoid")


@stack_of_sigmoids.quiet_on
def another_activation() -> Facts:
    return _run(flat(), "Relu")
