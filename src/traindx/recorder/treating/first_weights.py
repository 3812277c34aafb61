"""The weights that a model starts with: scaled, shifted, all equal, or drawn anew by a rule."""

from __future__ import annotations

from typing import Any

from traindx.recorder.description import core_of
from traindx.recorder.treater import Treater


class FirstWeights(Treater):
    """A treater of the layers with weights before the first forward pass."""

    def first_forward(self, root: Any) -> None:
        """Change them, once."""
        if not self.once():
            return
        layers = [m for m in core_of(root).modules() if getattr(m, "weight", None) is not None and not m._modules]
        with self.torch.no_grad():
            self.change(layers, [m for m in layers if m.weight.dim() >= 2])

    def change(self, layers: list[Any], deep: list[Any]) -> None:
        """Change layers with a weight; `deep` are those whose weight has two dimensions or more."""
        for layer in deep:
            self.one(layer)

    def one(self, layer: Any) -> None:
        """Change one of the deep layers."""


class ShiftBiases(FirstWeights):
    """The biases of all but the last deep layer plus an offset."""

    name = "shift_biases"

    def change(self, layers: list[Any], deep: list[Any]) -> None:
        """Shift them."""
        for layer in layers:
            if layer is not deep[-1] and getattr(layer, "bias", None) is not None:
                layer.bias.add_(self.number("offset"))


class ScaleWeights(FirstWeights):
    """Weights times a factor."""

    name = "scale_weights"

    def one(self, layer: Any) -> None:
        """Scale them."""
        layer.weight.mul_(self.number("factor"))


class EqualWeights(FirstWeights):
    """All weights one value."""

    name = "equal_weights"

    def one(self, layer: Any) -> None:
        """Fill them."""
        layer.weight.fill_(self.number("value"))


class DefaultWeights(FirstWeights):
    """Weights drawn anew as torch draws them."""

    name = "default_weights"

    def one(self, layer: Any) -> None:
        """Draw them."""
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()


class HeWeights(FirstWeights):
    """Weights drawn anew after He, for ReLU: normal, by the fan out of convolutions and the fan in of others; biases zero."""

    name = "he_weights"

    def one(self, layer: Any) -> None:
        """Draw them."""
        if self.draws(layer):
            mode = "fan_out" if layer.weight.dim() > 2 else "fan_in"
            self.torch.nn.init.kaiming_normal_(layer.weight, mode=mode, nonlinearity="relu")
            self.no_bias(layer)

    def draws(self, layer: Any) -> bool:
        """Whether a layer's weights are drawn: of convolutions and linear layers, not of embeddings."""
        return isinstance(layer, (self.torch.nn.Linear, self.torch.nn.modules.conv._ConvNd))

    def no_bias(self, layer: Any) -> None:
        """Set the bias to zero."""
        if layer.bias is not None:
            layer.bias.zero_()


class XavierWeights(HeWeights):
    """Weights drawn anew after Glorot, for tanh and sigmoid: uniform, by fan in and fan out; biases zero."""

    name = "xavier_weights"

    def one(self, layer: Any) -> None:
        """Draw them."""
        if self.draws(layer):
            self.torch.nn.init.xavier_uniform_(layer.weight)
            self.no_bias(layer)
