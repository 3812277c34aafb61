"""Carries out, in the training process, the treatments of `traindx.core.treatment` whose place is `process`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from traindx.core.treatment import Argument, Treatment
from traindx.recorder.description import core_of, held
from traindx.recorder.measure import channel_dim, first_tensor

NAMES = frozenset(
    {
        "scale_lr",
        "zero_grad_after_step",
        "skip_zero_grad",
        "optimize_all_parameters",
        "withhold_parameters",
        "train_mode",
        "eval_mode",
        "log_of_probabilities",
        "softmax_before_loss",
        "standardize_inputs",
        "scale_inputs",
        "leaky_relu",
        "shift_biases",
        "scale_weights",
        "equal_weights",
        "default_weights",
    }
)


class Treatments:
    """The treatments in force. Each method is one moment of the training; it does what is asked for at that moment.

    A fault that was put in and what undoes it may both be in force: the fault acts first.
    """

    def __init__(self, torch: Any, treatments: Sequence[Treatment]) -> None:
        self._torch = torch
        self.all = tuple(t for t in treatments if t.where == "process")
        unknown = [t.name for t in self.all if t.name not in NAMES]
        if unknown:
            raise ValueError(f"no such treatment: {unknown[0]}")
        self._by_name = {t.name: t for t in self.all}
        self.skip_zero_grad = "skip_zero_grad" in self._by_name
        self.change_inputs = bool({"standardize_inputs", "scale_inputs"} & set(self._by_name))
        self.leaky = "leaky_relu" in self._by_name
        self._shift_scale: tuple[Any, Any] | None = None
        self._rates: list[tuple[Any, Any]] = []
        self._started = self._placed = False

    def _number(self, treatment: str, argument: str) -> float | None:
        if treatment not in self._by_name:
            return None
        value: Argument = self._by_name[treatment][argument]
        return None if value is None else float(value)

    # ---- forward ----

    def mode(self, step: int) -> bool | None:
        """The mode to train this step in; None to leave it alone."""
        if "train_mode" in self._by_name:
            return True
        return False if self.keeps_eval(step) else None

    def keeps_eval(self, step: int) -> bool:
        """Whether `model.train()` is without effect at this step."""
        after = self._number("eval_mode", "after_step")
        return after is not None and step >= after

    def first_forward(self, root: Any) -> None:
        """Before the first forward pass: change the biases and weights that the model starts with."""
        wanted = {"shift_biases", "scale_weights", "equal_weights", "default_weights"} & set(self._by_name)
        if not wanted or self._started:
            return
        self._started = True
        layers = [m for m in core_of(root).modules() if getattr(m, "weight", None) is not None and not m._modules]
        weighted = [m for m in layers if m.weight.dim() >= 2]
        offset, factor = self._number("shift_biases", "offset"), self._number("scale_weights", "factor")
        value = self._number("equal_weights", "value")
        with self._torch.no_grad():
            for layer in layers:
                if offset is not None and layer is not weighted[-1] and getattr(layer, "bias", None) is not None:
                    layer.bias.add_(offset)
            for layer in weighted:
                if factor is not None:
                    layer.weight.mul_(factor)
                if value is not None:
                    layer.weight.fill_(value)
                if "default_weights" in wanted and hasattr(layer, "reset_parameters"):
                    layer.reset_parameters()

    def inputs(self, arguments: tuple[Any, ...], *, training: bool) -> tuple[Any, ...] | None:
        """The root's positional arguments with all their picture or feature tensors changed; None without any.

        Before there is `training`, each call counts as the one of the first batch: frameworks try out their models.
        """
        first = first_tensor(self._torch, arguments)
        if first is None or not first.is_floating_point():
            return None
        factor = self._number("scale_inputs", "factor")
        if factor is not None:
            arguments = tuple(self._mapped(arguments, first, lambda x: x * factor))
            first = first_tensor(self._torch, arguments)
        if "standardize_inputs" not in self._by_name:
            return arguments
        if self._shift_scale is None or not training:
            self._shift_scale = self._statistics(first)
        shift, scale = self._shift_scale

        def standardized(x: Any) -> Any:
            return ((x.float() - shift.to(x.device)) / scale.to(x.device)).to(x.dtype)

        return tuple(self._mapped(arguments, first, standardized))

    def _statistics(self, tensor: Any) -> tuple[Any, Any]:
        with self._torch.no_grad():
            x = tensor.detach().float()
            dim = channel_dim(x)
            rest = [d for d in range(x.dim()) if d != dim]
            if dim is None or not rest:
                return x.mean(), x.std(unbiased=False).clamp(min=1e-12)
            mean = x.mean(dim=rest, keepdim=True)
            deviation = x.std(dim=rest, keepdim=True, unbiased=False)
            # a feature that is constant in the first batch (the border of a digit) keeps its scale among the others
            deviation = self._torch.where(deviation > 0, deviation, x.std(unbiased=False).clamp(min=1e-12))
            if tensor.dim() >= 3 and mean.dim() == tensor.dim() and dim == 1:
                mean, deviation = mean[:1], deviation[:1]
            return mean, deviation

    def _mapped(self, value: Any, like: Any, change: Callable[[Any], Any]) -> Any:
        if isinstance(value, self._torch.Tensor):
            same_kind = value.is_floating_point() and value.dim() == like.dim() and value.shape[1:2] == like.shape[1:2]
            return change(value) if value is like or same_kind else value
        if isinstance(value, dict):
            return {k: self._mapped(v, like, change) for k, v in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self._mapped(v, like, change) for v in value)
        return value

    # ---- loss ----

    def scores(self, scores: Any) -> Any:
        """The scores that cross entropy is to see."""
        if "softmax_before_loss" in self._by_name:
            scores = self._torch.softmax(scores, dim=1 if scores.dim() > 1 else 0)
        if "log_of_probabilities" in self._by_name:
            tiny = self._torch.finfo(self._torch.float32).tiny
            return scores.float().clamp(min=tiny).log()
        return scores

    # ---- optimizer ----

    def first_step(self, root: Any | None, optimizers: Sequence[Any]) -> None:
        """Before the first optimizer step for which the root is known: change which parameters the optimizers hold."""
        if root is None or self._placed:
            return
        self._placed = True
        parameters = list(root.parameters())
        share = self._number("withhold_parameters", "share")
        if share is not None:
            kept = len(parameters) - max(1, round(share * len(parameters)))
            withheld = {id(p) for p in parameters[kept:]}
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group["params"] = [p for p in group["params"] if id(p) not in withheld]
        if "optimize_all_parameters" in self._by_name:
            inside = {id(p) for optimizer in optimizers for p in held(optimizer)}
            missing = [p for p in parameters if p.requires_grad and id(p) not in inside]
            optimizers[0].param_groups[0]["params"].extend(missing)

    def before_step(self, optimizer: Any) -> None:
        """Before each optimizer step: scale the rates."""
        if "scale_lr" in self._by_name:
            factor = math.prod(float(t["factor"] or 1.0) for t in self.all if t.name == "scale_lr")
            self._rates = [(group, group["lr"]) for group in optimizer.param_groups if "lr" in group]
            for group, value in self._rates:
                group["lr"] = value * factor

    def after_step(self, optimizer: Any) -> bool:
        """After each optimizer step: restore the rates; true when the gradients were cleared."""
        for group, value in self._rates:
            group["lr"] = value
        self._rates = []
        if "zero_grad_after_step" not in self._by_name:
            return False
        for parameter in held(optimizer):
            parameter.grad = None
        return True

    # ---- functions ----

    def relus(self, methods: bool) -> dict[str, Callable[..., Any]]:
        """What takes the place of `relu` and `relu_`, as functions or as methods of a tensor; empty to leave them."""
        slope = self._number("leaky_relu", "slope")
        if slope is None:
            return {}
        leaky = self._torch.nn.functional.leaky_relu

        def relu(input: Any, inplace: bool = False) -> Any:
            return leaky(input, slope, inplace)

        def relu_(input: Any) -> Any:
            return leaky(input, slope, True)

        return {"relu": (lambda self: leaky(self, slope)) if methods else relu, "relu_": relu_}
