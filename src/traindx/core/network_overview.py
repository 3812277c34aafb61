"""What a network is, as evidence for the report: a table of its numbers, and how signal and gradients go through its layers."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.finding import Curve, Evidence, Line, Table
from traindx.core.network import Network

COLUMNS = ("network", "value")
SIGNAL = "Signal through the layers before any step"


def network_overview(network: Network) -> tuple[Evidence, ...]:
    """A table, and a curve where a forward pass was seen."""
    rows = tuple((name, value) for name, value in _rows(network) if value)
    curve = signal_curve(network)
    return (Table(f"Network {network.spec}", COLUMNS, rows), *([curve] if curve is not None else []))


def _rows(network: Network) -> Iterator[tuple[str, str]]:
    layers = network.layers
    weighted = sum(layer.has_matrix for layer in layers)
    frozen = sum(x.parameters - x.trainable for x in layers)
    yield "kind", f"{network.kind} ({network.framework})" if network.kind else ""
    yield "layers with weights", str(weighted)
    yield "parameters", f"{network.parameters:,}" + (f", {frozen:,} of them frozen" if frozen else "")
    yield "weights", {"start": "as they are drawn at the start", "loaded": "trained before"}.get(network.weights, "")
    said = {"data": "the data's number", "given": "as given", "model": "as the model says"}[network.chosen]
    background = ", ids from 1 and 0 for the background" if network.from_one else ""
    yield "classes", "" if network.classes is None else f"{network.classes} ({said}{background})"
    yield "strides", ", ".join(f"{stride:g}" for stride in network.strides)
    yield "anchors", _anchors(network)
    yield "input", _input(network)
    scores = network.scores
    if scores is not None and scores.classes > 1:
        yield "first loss", f"{scores.loss:.3g}, guessing gives {_chance(scores.classes):.3g}"
    for note in network.notes:
        yield "note", note


def _chance(classes: int) -> float:
    import math

    return math.log(classes)


def _anchors(network: Network) -> str:
    if network.anchors is None:
        return ""
    return "; ".join(", ".join(f"{w:.0f}×{h:.0f}" for w, h in level) for level in network.anchors.levels)


def _input(network: Network) -> str:
    channels = f"{network.channels} × " if network.channels else ""
    made = "pictures of the dataset" if network.real else "samples of random numbers"
    looked = f", looked at with {network.samples} {made}" if network.samples else ""
    return f"{channels}{network.imgsz} × {network.imgsz}{looked}" if network.imgsz else ""


def signal_curve(network: Network) -> Curve | None:
    """What differs between samples where it enters each layer, and the gradient of its weight, on a logarithmic axis."""
    if len(network.signal) < 2:
        return None
    at = {layer.name: float(index) for index, layer in enumerate(network.signal)}
    enters = Line("differences between samples", tuple(at.values()), tuple(x.in_vary for x in network.signal))
    back = [x for x in network.gradients if x.name in at]
    lines = [enters]
    if back:
        lines.append(Line("gradient of the weight", tuple(at[x.name] for x in back), tuple(x.rms for x in back)))
    return Curve(SIGNAL, tuple(lines), "layer", "root mean square", log_y=True)
