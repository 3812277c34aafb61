"""Half precision where the processor has none that is fast: numbers are rounded as autocast would have them, and computed in full.

Autocast has convolutions and products of matrices take and give halves; what follows keeps that type until an operation of its list
for full precision (softmax, losses, norms, sums), or another operand in full precision.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LOWER = (
    "convolution", "mm", "addmm", "bmm", "baddbmm", "addbmm", "linear", "matmul", "mv", "addmv", "_convolution",
    "mkldnn_linear", "convolution_overrideable",
)  # fmt: skip
FULL = (
    "softmax", "_softmax", "_log_softmax", "log_softmax", "nll_loss_forward", "exp", "log", "log1p", "expm1", "pow", "sum", "prod",
    "cumsum", "norm", "linalg_vector_norm", "native_layer_norm", "native_group_norm", "mse_loss", "rsqrt", "reciprocal", "var_mean",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "smooth_l1_loss", "softplus", "erfinv", "acos", "asin", "tan",
)  # fmt: skip
"""Operations by their names in ATen, after PyTorch's documentation of autocast for CUDA (Op Eligibility)."""
TOLD = ("to", "_to_copy", "clone", "detach", "view", "_unsafe_view", "alias", "lift_fresh")


@contextmanager
def rounded(torch: Any, name: str) -> Iterator[None]:
    """Forward and backward passes in here are rounded to the half type of that name."""
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_map

    half, floats = getattr(torch, name), (torch.float32, torch.float64)
    marks: dict[int, Any] = {}

    def marked(tensor: Any) -> bool:
        return id(tensor.untyped_storage()) in marks

    def mark(tensor: Any) -> None:
        storage = tensor.untyped_storage()
        key = id(storage)
        marks[key] = weakref.finalize(storage, marks.pop, key, None)

    def is_float(value: Any) -> bool:
        return isinstance(value, torch.Tensor) and value.dtype in floats

    def narrowed(value: Any) -> Any:
        return value.to(half).to(value.dtype) if is_float(value) else value

    class Rounding(TorchDispatchMode):  # type: ignore[misc]  # torch's stubs say nothing of it
        def __torch_dispatch__(self, function: Any, kinds: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs, plain = kwargs or {}, function.overloadpacket.__name__.removesuffix("_backward")
            given = [v for v in (*args, *kwargs.values()) if is_float(v) and v.dim() > 0]
            lower = plain in LOWER
            if lower:
                args = tree_map(narrowed, args)
            made = function(*args, **kwargs)
            through = bool(given) and plain not in FULL and all(map(marked, given))
            if not (lower or through) or plain.endswith("_"):
                return made
            made = made if plain in TOLD else tree_map(narrowed, made)
            tree_map(lambda v: mark(v) if is_float(v) else None, made)
            return made

    mode = Rounding()
    try:
        with mode:
            yield
    finally:
        for finalizer in list(marks.values()):
            finalizer.detach()


def half_on(torch: Any, device: str, name: str) -> Callable[[], Any]:
    """What to run a step under: autocast where the device computes in halves, else the rounding above."""
    kind = device.partition(":")[0]
    if kind == "cpu":
        return lambda: rounded(torch, name)
    return lambda: torch.autocast(kind, dtype=getattr(torch, name))
