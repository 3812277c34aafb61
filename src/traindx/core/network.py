"""The network as a fact: what a model that was built is, and what its first forward and backward pass show before any training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from traindx.core.finding import Place
from traindx.core.first_signal import LayerSignal
from traindx.core.footprint import Footprint, footprint_of
from traindx.core.layer_graph import GraphLayer, LayerGraph
from traindx.core.loaded_weights import Load, load_of

Rule = Literal["factor", "overlap"]
Weights = Literal["start", "loaded", "unknown"]


@dataclass(frozen=True)
class NetworkLayer:
    """A module that holds parameters of its own, in the order of their first calls; those that were never called come last.

    `reached`: a gradient came back to one of its trainable parameters, which may be zero. `at_start`: its weights lie as one of
    the usual rules draws them (None where this cannot be told). `path` and `line` are where the user's code made it.
    """

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    parameters: int = 0
    trainable: int = 0
    called: bool = True
    reached: bool = True
    at_start: bool | None = None
    path: str | None = None
    line: int | None = None

    @property
    def has_matrix(self) -> bool:
        """Whether it holds a weight of two dimensions or more."""
        return len(self.shape) >= 2


@dataclass(frozen=True)
class LayerGradient:
    """What came back to the weight of a layer: root mean square, and how far the units' gradients are from their mean as a
    share of their size (0: all units alike)."""

    name: str
    rms: float
    spread: float


@dataclass(frozen=True)
class NormLayer:
    """A batch norm: how many positions of a sample it averages over, and the layer in front of it whose bias it takes out."""

    name: str
    kind: str
    positions: int
    biased: str | None = None


@dataclass(frozen=True)
class Anchors:
    """The anchors of a detector, in pixels of the picture as the network gets it, by level: (width, height) each.

    `rule` says when a box takes an anchor: by a factor in width and height (YOLOv5), or by overlap from `threshold` on
    (torchvision). `shortest` and `longest` are the sides that pictures are scaled to where the model does that itself.
    `problem` says why anchors and levels do not fit, in words; empty where they do.
    """

    levels: tuple[tuple[tuple[float, float], ...], ...]
    rule: Rule
    threshold: float
    layer: str = ""
    shortest: int = 0
    longest: int = 0
    problem: str = ""

    @property
    def all(self) -> tuple[tuple[float, float], ...]:
        """Those of all levels."""
        return tuple(pair for level in self.levels for pair in level)


@dataclass(frozen=True)
class Scores:
    """The classifier's output on the first batch, [samples, classes]: its range, the range of its sums over the classes and over
    the samples, the operation that made it (autograd's name), and the cross entropy against classes drawn at random."""

    samples: int
    classes: int
    low: float
    high: float
    row_sums: tuple[float, float]
    column_sums: tuple[float, float]
    made_by: str
    loss: float


@dataclass(frozen=True)
class Mixing:
    """Whether the other samples' outputs change in evaluation mode when one sample is replaced: by how much, as a share of what
    changes for that sample, and the first layer at which it shows."""

    share: float
    layer: str = ""


@dataclass(frozen=True)
class Refused:
    """A forward pass that failed: the error in words, and the innermost layer in which it was raised."""

    error: str
    layer: str = ""
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Network:
    """A built model. `spec` is what was asked for; `path` and `line` are the yaml, or the user's code that made it.

    `classes` is how many classes it can answer, without background; `chosen` says who said so: the data's number (`data`), the
    user (`given`) or the model's own description (`model`). `from_one`: class ids must run from 1, 0 is the background.
    `imgsz_given`: the user named the size. `batch` is the user's, None where not named; `samples` and `real` are of the
    batch that was looked at. `signal`, `gradients` and `graph` are of a forward and backward pass in training mode, before
    any step. `silent` is the share of channels that are zero throughout in what a layer receives from a ReLU, `flat` the share
    of values in the flat ends of a sigmoid or tanh that a layer receives. `priors` are the probabilities that a detection
    head's biases give to a class, by layer. `loads` are the calls of `load_state_dict` while it was
    built. `ceiling` are the bounds of scores that cannot grow, and the module whose weights make them. `dropout` is the share
    that is left out while training, by layer. `outside` are parameters that the loss depends on and the model does not list.
    `footprint` is what a training step needs of memory; `decode` and `step` are the seconds that opening a picture, and a pass on
    it, take on one core; `few` are the losses of a training on a few samples and `twins` the events of its twins, where
    that was asked for, `augmented` those of twins on augmented pictures.
    """

    spec: str
    framework: str = "pytorch"
    kind: str = ""
    task: str = "classify"
    path: str | None = None
    line: int | None = None
    head: str = ""
    classes: int | None = None
    chosen: str = "data"
    from_one: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    strides: tuple[float, ...] = ()
    anchors: Anchors | None = None
    channels: int | None = None
    imgsz: int = 0
    imgsz_given: bool = False
    batch: int | None = None
    samples: int = 0
    real: bool = False
    weights: Weights = "unknown"
    layers: tuple[NetworkLayer, ...] = ()
    signal: tuple[LayerSignal, ...] = ()
    gradients: tuple[LayerGradient, ...] = ()
    graph: LayerGraph | None = None
    norms: tuple[NormLayer, ...] = ()
    silent: Mapping[str, float] = field(default_factory=dict)
    flat: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    scores: Scores | None = None
    priors: Mapping[str, float] = field(default_factory=dict)
    mixing: Mixing | None = None
    ceiling: tuple[float, float, str] | None = None
    dropout: Mapping[str, float] = field(default_factory=dict)
    outside: int = 0
    refused: Refused | None = None
    loads: tuple[Load, ...] = ()
    notes: tuple[str, ...] = ()
    footprint: Footprint | None = None
    decode: float | None = None
    step: float | None = None
    few: Mapping[str, Any] | None = None
    twins: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    augmented: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    seconds: float = 0.0

    @property
    def parameters(self) -> int:
        """How many numbers it holds as parameters."""
        return sum(layer.parameters for layer in self.layers)

    def place(self, layer: str = "", **more: Any) -> Place:
        """Where a layer was made, as far as known; without a layer, where the model was."""
        found = next((x for x in self.layers if x.name == layer), None)
        path, line = (found.path, found.line) if found is not None and found.path else (self.path, self.line)
        if path is None and not layer and not more:
            return Place(setting="model")
        return Place(path=path, line=line, layer=layer or None, **more)


def network_of(plain: Mapping[str, Any]) -> Network:
    """A network from what the process that built it wrote (json)."""
    made = {key: value for key, value in plain.items() if key in Network.__dataclass_fields__}
    signal = tuple(LayerSignal(**{**x, "shape": tuple(x["shape"])}) for x in plain.get("signal", ()))
    graph = plain.get("graph")
    return Network(
        **{
            **made,
            "names": {int(k): str(v) for k, v in plain.get("names", {}).items()},
            "strides": tuple(plain.get("strides", ())),
            "anchors": _anchors(plain.get("anchors")),
            "layers": tuple(NetworkLayer(**{**x, "shape": tuple(x["shape"])}) for x in plain.get("layers", ())),
            "signal": signal,
            "gradients": tuple(LayerGradient(**x) for x in plain.get("gradients", ())),
            "graph": None if graph is None else _graph(graph),
            "norms": tuple(NormLayer(**x) for x in plain.get("norms", ())),
            "flat": {k: (str(v[0]), float(v[1])) for k, v in plain.get("flat", {}).items()},
            "scores": _scores(plain.get("scores")),
            "ceiling": (float(x[0]), float(x[1]), str(x[2])) if (x := plain.get("ceiling")) else None,
            "mixing": Mixing(**x) if (x := plain.get("mixing")) else None,
            "refused": Refused(**x) if (x := plain.get("refused")) else None,
            "loads": tuple(map(load_of, plain.get("loads", ()))),
            "notes": tuple(plain.get("notes", ())),
            "twins": tuple((str(name), data) for name, data in plain.get("twins") or ()),
            "augmented": tuple((str(name), data) for name, data in plain.get("augmented") or ()),
            "footprint": footprint_of(plain.get("footprint")),
        }
    )


def _anchors(plain: Mapping[str, Any] | None) -> Anchors | None:
    if plain is None:
        return None
    levels = tuple(tuple((float(w), float(h)) for w, h in level) for level in plain["levels"])
    return Anchors(**{**plain, "levels": levels})


def _graph(plain: Mapping[str, Any]) -> LayerGraph:
    rows = plain["weighted"]
    layers = tuple(
        GraphLayer(x["name"], tuple(x["shape"]), int(x["groups"]), tuple(x["after"]), tuple(x["through"])) for x in rows
    )
    return LayerGraph(layers, plain["operations"])


def _scores(plain: Mapping[str, Any] | None) -> Scores | None:
    if plain is None:
        return None
    sums = {key: (float(plain[key][0]), float(plain[key][1])) for key in ("row_sums", "column_sums")}
    return Scores(**{**plain, **sums})
