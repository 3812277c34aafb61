"""Full precision in place of half, and operations that cannot break at the edge of what they are defined for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.measure import first_tensor
from traindx.recorder.treater import Change, Treater


class FullPrecision(Treater):
    """No autocast, no loss scale, models and inputs stay in single precision."""

    name = "full_precision"
    changes = (
        Change("torch.amp.autocast_mode", "autocast.__init__", "autocast"),
        Change("torch.amp.grad_scaler", "GradScaler.__init__", "scaler"),
        Change("torch.nn.modules.module", "Module.half", "stays"),
        Change("torch.nn.modules.module", "Module.bfloat16", "stays"),
    )

    def autocast(self, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """A region of half precision is made: it is none. Its settings by place: device, type, enabled."""
        original(*args[:3], **{**kwargs, "enabled": False}, **({"cache_enabled": args[4]} if len(args) > 4 else {}))

    def scaler(self, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
        """A scaler is made: it scales nothing."""
        original(*args[:6], **{**kwargs, "enabled": False})

    def stays(self, original: Callable[..., Any], module: Any) -> Any:
        """A model is to become one of half precision."""
        return module

    def inputs(self, arguments: tuple[Any, ...], *, learns: bool) -> tuple[Any, ...]:
        """Inputs of half precision in single."""
        first: Any = first_tensor(self.torch, arguments)
        if first.dtype not in (self.torch.float16, self.torch.bfloat16):
            return arguments
        return tuple(self._single(value) for value in arguments)

    def _single(self, value: Any) -> Any:
        if isinstance(value, self.torch.Tensor):
            return value.float() if value.dtype in (self.torch.float16, self.torch.bfloat16) else value
        if isinstance(value, dict):
            return {k: self._single(v) for k, v in value.items()}
        return type(value)(map(self._single, value)) if type(value) in (list, tuple) else value


class SafeOperations(Treater):
    """Logarithms and roots of at least `least`, and no division by zero: by `least` in its place."""

    name = "safe_operations"
    changes = (
        *(
            Change("torch", f"{of}{name}", "above")
            for of in ("", "Tensor.")
            for name in ("log", "log2", "log10", "sqrt", "rsqrt")
        ),
        *(Change("torch", f"{of}{name}", "divided") for of in ("", "Tensor.") for name in ("div", "true_divide")),
        Change("torch", "Tensor.__truediv__", "divided"),
        Change("torch", "Tensor.__rtruediv__", "dividing"),
        Change("torch", "Tensor.reciprocal", "one_by"),
    )

    def above(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A logarithm or root."""
        safe = input.clamp(min=self._least(input)) if self._is_floats(input) else input
        return original(safe, *args, **kwargs)

    def divided(self, original: Callable[..., Any], input: Any, other: Any, *args: Any, **kwargs: Any) -> Any:
        """A division by a tensor."""
        return original(input, self._not_zero(other), *args, **kwargs)

    def dividing(self, original: Callable[..., Any], input: Any, other: Any) -> Any:
        """A division of a number by a tensor."""
        return original(self._not_zero(input), other)

    def one_by(self, original: Callable[..., Any], input: Any) -> Any:
        """One by a tensor."""
        return original(self._not_zero(input))

    def _not_zero(self, value: Any) -> Any:
        if not self._is_floats(value):
            return value
        return self.torch.where(value == 0, self.torch.full_like(value, self._least(value)), value)

    def _is_floats(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor) and value.is_floating_point()

    def _least(self, value: Any) -> float:
        return max(self.number("least"), float(self.torch.finfo(value.dtype).tiny))
