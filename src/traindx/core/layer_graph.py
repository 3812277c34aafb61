"""The weighted layers of the first forward pass and how they follow one another, as autograd's graph showed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from traindx.core.recording import Recording

POOLS = ("MaxPool2DWithIndices", "MaxPool2D", "MkldnnMaxPool2D", "MaxPool1DWithIndices", "MaxPool3DWithIndices")


@dataclass(frozen=True)
class GraphLayer:
    """A weighted layer: its weight's name (None where it is frozen) and shape; `after` are the positions of the layers whose
    output reaches it through linear operations alone, `through` what else feeds it, by autograd's names."""

    weight: str | None
    shape: tuple[int, ...]
    groups: int
    after: tuple[int, ...]
    through: tuple[str, ...]

    @property
    def name(self) -> str:
        """The layer's name."""
        return "a frozen layer" if self.weight is None else self.weight.rpartition(".")[0] or self.weight


@dataclass(frozen=True)
class LayerGraph:
    """The layers in the order of their calls, and how many operations of each kind there were."""

    layers: tuple[GraphLayer, ...]
    operations: Mapping[str, int]

    @property
    def has_norm(self) -> bool:
        """Whether anything was normalised."""
        return any("Norm" in name and "LinalgVectorNorm" not in name for name in self.operations)

    @property
    def is_normalised(self) -> bool:
        """Whether about every second layer is normalised, or some are and residual connections bridge them: then the scale of
        the weights does not decide what gets through."""
        norms = sum(count for name, count in self.operations.items() if "Norm" in name and "VectorNorm" not in name)
        return bool(norms) and (self.has_sum or 2 * norms >= len(self.layers))

    @property
    def has_sum(self) -> bool:
        """Whether a layer was fed a sum of two branches, as behind a residual connection; also through an activation."""
        return any("sum" in layer.through for layer in self.layers) or self.operations.get("Add", 0) > 2


def layer_graph(recording: Recording) -> LayerGraph | None:
    """The graph of the first step; None where it was not seen."""
    lines = recording.lines.get("graph", ())
    if not lines:
        return None
    layers = tuple(
        GraphLayer(x["name"], tuple(x["shape"]), int(x["groups"]), tuple(x["after"]), tuple(x["through"]))
        for x in lines[0]["weighted"]
    )
    return LayerGraph(layers, lines[0]["operations"])
