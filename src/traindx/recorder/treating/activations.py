"""Activations: leaking, replaced by another, put between layers that have none, or followed by a normalisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from traindx.recorder.description import core_of
from traindx.recorder.treater import Change, Treater
from traindx.recorder.treating.modes import groups


class LeakyRelu(Treater):
    """ReLU passes `slope` times negative values."""

    name = "leaky_relu"
    signed = True
    changes = (
        *(Change(module, "relu", "relu") for module in ("torch.nn.functional", "torch")),
        *(Change(module, "relu_", "relu_") for module in ("torch.nn.functional", "torch")),
        Change("torch", "Tensor.relu", "relu"),
        Change("torch", "Tensor.relu_", "relu_"),
    )

    def relu(self, original: Callable[..., Any], input: Any, inplace: bool = False) -> Any:
        """A ReLU."""
        return self.torch.nn.functional.leaky_relu(input, self.number("slope"), inplace)

    def relu_(self, original: Callable[..., Any], input: Any) -> Any:
        """One in place."""
        return self.torch.nn.functional.leaky_relu(input, self.number("slope"), True)


class Hidden(Treater):
    """A treater of modules that stand before the last layer with weights, in the order in which the model holds them."""

    def hidden(self, root: Any) -> list[Any]:
        """Modules without children before the last deep layer."""
        leaves = [m for m in core_of(root).modules() if not m._modules]
        deep = [i for i, m in enumerate(leaves) if is_deep(m)]
        return leaves[: deep[-1]] if deep else []


def is_deep(module: Any) -> bool:
    """Whether a module has a weight of two dimensions or more, and no children."""
    weight = module._parameters.get("weight")
    return weight is not None and weight.dim() >= 2 and not module._modules


class Rectify(Hidden):
    """Sigmoid and tanh modules before the last layer become ReLUs."""

    name = "rectify"

    def first_forward(self, root: Any) -> None:
        """Make them ReLUs."""
        nn = self.torch.nn
        for module in self.hidden(root):
            if type(module) in (nn.Sigmoid, nn.Tanh, nn.Hardsigmoid, nn.Hardtanh, nn.Softsign):
                module.__class__ = nn.ReLU
                module.inplace = False


class Squash(Hidden):
    """ReLU modules before the last layer become sigmoids."""

    name = "squash"

    def first_forward(self, root: Any) -> None:
        """Make them sigmoids."""
        for module in self.hidden(root):
            if type(module) is self.torch.nn.ReLU:
                module.__class__ = self.torch.nn.Sigmoid


class LeaveActivationsOut(Hidden):
    """ReLU modules before the last layer let everything through."""

    name = "leave_activations_out"

    def first_forward(self, root: Any) -> None:
        """Make them identities."""
        for module in self.hidden(root):
            if type(module) is self.torch.nn.ReLU:
                module.__class__ = self.torch.nn.Identity


LINEAR = (
    "Addmm",
    "Mm",
    "Bmm",
    "Convolution",
    "ThnnConv",
    "SlowConv",
    "NativeBatchNorm",
    "CudnnBatchNorm",
    "NativeLayerNorm",
)
"""Operations that no activation follows where their result, laid out anew or pooled, is the input of a layer with weights."""
BETWEEN = (
    "View",
    "UnsafeView",
    "ReshapeAlias",
    "Permute",
    "TBackward",
    "Squeeze",
    "MaxPool",
    "AvgPool",
    "AdaptiveAvgPool",
    "Mean",
)


class RectifyBetween(Treater):
    """A ReLU where a layer with weights is given what another such layer or its normalisation returned, pooled or laid out anew.

    Whether that is so is read from the graph of each training pass, and holds for the validations after it.
    """

    name = "rectify_between"

    def first_forward(self, root: Any) -> None:
        """Watch the layers."""
        if not self.once():
            return
        for module in core_of(root).modules():
            if is_deep(module):
                module.register_forward_pre_hook(_rectified)


def _rectified(module: Any, arguments: Any) -> Any:
    if not arguments or not hasattr(arguments[0], "grad_fn"):
        return None
    if arguments[0].grad_fn is not None:
        module.__dict__["_traindx_fed"] = _is_linear(arguments[0].grad_fn)
    return (arguments[0].relu(), *arguments[1:]) if module.__dict__.get("_traindx_fed") else None


def _is_linear(node: Any) -> bool:
    for _ in range(8):
        name = type(node).__name__
        if name.startswith(LINEAR):
            return True
        if not name.startswith(BETWEEN) or not node.next_functions or node.next_functions[0][0] is None:
            return False
        node = node.next_functions[0][0]
    return False


class NormalizeLayers(Hidden):
    """What each layer with weights but the last returns is normalised, sample by sample: in groups of channels behind
    convolutions, over the features behind linear layers; without weights of its own."""

    name = "normalize_layers"

    def first_forward(self, root: Any) -> None:
        """Put a hook behind each layer."""
        if not self.once():
            return
        for module in self.hidden(root):
            if is_deep(module):
                module.register_forward_hook(_normalized)


def _normalized(module: Any, arguments: Any, output: Any) -> Any:
    from torch.nn import functional

    if output.dim() >= 3 and "Conv" in type(module).__name__:
        return functional.group_norm(output, groups(output.shape[1]))
    return functional.layer_norm(output, output.shape[-1:])


class NotInPlace(Treater):
    """Activations and dropout write their result beside what they were given, not over it."""

    name = "not_in_place"
    changes = tuple(
        Change("torch.nn.functional", name, "beside")
        for name in ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "silu", "mish", "hardtanh", "hardswish")
    ) + tuple(
        Change(module, f"{prefix}{name}_", "named")
        for module, prefix in (("torch", ""), ("torch", "Tensor."))
        for name in ("relu", "sigmoid", "tanh", "exp")
    )

    def beside(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """An activation that may be in place."""
        kwargs.pop("inplace", None)
        return original(input, *(a for a in args if a is not True), **kwargs)

    def named(self, original: Callable[..., Any], input: Any) -> Any:
        """One whose name says so."""
        return original(input.clone())


class Remembered(Treater):
    """A treater that knows of scores what the activation that made them was given."""

    changes: ClassVar[tuple[Change, ...]] = (
        *(Change("torch.nn.functional", name, name) for name in ("softmax", "log_softmax")),
        *(Change("torch", f"Tensor.{name}", name) for name in ("softmax", "log_softmax")),
        *(Change("torch", name, name) for name in ("softmax", "log_softmax")),
        *(Change("torch", name, "pointwise") for name in ("sigmoid", "tanh", "relu")),
        *(Change("torch", f"Tensor.{name}", "pointwise") for name in ("sigmoid", "tanh", "relu")),
        *(
            Change("torch.nn.functional", name, "pointwise")
            for name in ("sigmoid", "tanh", "relu", "softplus", "hardsigmoid")
        ),
    )

    def softmax(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A softmax."""
        return self._noted("softmax", input, original(input, *args, **kwargs))

    def log_softmax(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A logarithm of a softmax."""
        return self._noted("log_softmax", input, original(input, *args, **kwargs))

    def pointwise(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """An activation of each number by itself; not in place, as what it was given is needed."""
        kwargs.pop("inplace", None)
        return self._noted("pointwise", input, original(input, *(a for a in args if a is not True), **kwargs))

    @staticmethod
    def _noted(kind: str, input: Any, output: Any) -> Any:
        output._traindx_made = (kind, input)
        return output

    @staticmethod
    def behind(scores: Any) -> tuple[str, Any] | None:
        """The kind of the activation that returned these scores, and what it was given; None of other scores."""
        made: tuple[str, Any] | None = getattr(scores, "_traindx_made", None)
        return made
