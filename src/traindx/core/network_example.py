"""Small networks for the examples in check files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traindx.core.first_signal import LayerSignal
from traindx.core.layer_graph import GraphLayer, LayerGraph
from traindx.core.network import LayerGradient, Network, NetworkLayer, Scores

CLASSES = 10


def network_with(
    gain: float = 0.57,
    *,
    count: int = 4,
    through: str = "Relu",
    operations: Mapping[str, int] | None = None,
    gradient: float = 1.0,
    spread: float = 0.97,
    **more: Any,
) -> Network:
    """A classifier of `count` fully connected layers, each passing on `gain` of what differs between samples and its activation
    0.7 of that; `gradient` is the first layer's gradient over the last one's, `spread` that of the first hidden layers."""
    names = [f"layers.{at}" for at in range(count)]
    shapes = [(64, 64)] * (count - 1) + [(CLASSES, 64)]
    vary = [(gain * 0.7) ** at for at in range(count)]
    signal = tuple(
        LayerSignal(n, "Linear", s, 1, True, v, v, v * gain, 0.1, spread if at < count - 1 else 0.97)
        for at, (n, s, v) in enumerate(zip(names, shapes, vary, strict=True))
    )
    power = [gradient ** (1 - at / max(count - 1, 1)) for at in range(count)]
    gradients = tuple(LayerGradient(n, g, spread) for n, g in zip(names, power, strict=True))
    layers = tuple(NetworkLayer(n, "Linear", s, s[0] * s[1], s[0] * s[1]) for n, s in zip(names, shapes, strict=True))
    rows = [
        (f"{n}.weight", s, 1, (), (through if at else "start",))
        for at, (n, s) in enumerate(zip(names, shapes, strict=True))
    ]
    graph = LayerGraph(tuple(GraphLayer(*row) for row in rows), operations or {"Addmm": count, through: count - 1})
    made: dict[str, Any] = {"signal": signal, "gradients": gradients, "layers": layers, "graph": graph}
    made |= {"head": names[-1], "classes": CLASSES, "channels": 3, "imgsz": 64, "samples": 8, "scores": scores_with()}
    return Network(**{"spec": "models.py:build", "kind": "Net", "path": "models.py", "line": 5, **made, **more})


def scores_with(loss: float = 2.31, **more: Any) -> Scores:
    """Scores of eight samples as an untrained classifier gives them."""
    plain: dict[str, Any] = {
        "samples": 8,
        "classes": CLASSES,
        "low": -0.6,
        "high": 0.7,
        "made_by": "Addmm",
        "loss": loss,
    }
    return Scores(**{**plain, "row_sums": (-1.0, 1.0), "column_sums": (-2.0, 2.0), **more})


def detector_with(**more: Any) -> Network:
    """A detector of two classes at strides 8, 16 and 32, of which only what the dataset is compared with is known."""
    made: dict[str, Any] = {"task": "detect", "framework": "ultralytics", "kind": "DetectionModel", "classes": 2}
    made |= {"head": "model.22", "strides": (8.0, 16.0, 32.0), "channels": 3, "imgsz": 640, "samples": 2}
    return Network(**{"spec": "yolov8n.yaml", **made, **more})


def chain(*layers: tuple[Sequence[int], Sequence[int], Sequence[str]]) -> LayerGraph:
    """A graph from the shape of each layer, what it follows directly, and what stands before it."""
    rows = [GraphLayer(f"layers.{at}.weight", tuple(s), 1, tuple(a), tuple(t)) for at, (s, a, t) in enumerate(layers)]
    return LayerGraph(tuple(rows), {"Addmm": len(rows)})
