"""Statistics of tensors, computed where they lie: nothing here waits for the device or draws a random number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from traindx.recorder.contents import inside

Tensor: TypeAlias = Any

SAMPLES = 8
"""Samples of a batch that are looked at where a tensor is large."""
ELEMENTS = 1 << 20
"""Elements of a tensor that are looked at; beyond, only the first samples are."""
ACTIVATION = 1 << 17
"""Elements of a layer's output that are looked at, of which there are hundreds: pieces from all over it."""
PIECE = 64
"""Elements that lie together and are looked at together: four lines of a processor's cache."""
HANDFUL = 1 << 19
"""Elements of weights on the host that are looked at in one go: two megabytes, and as many of their copies."""
CHANNELS = 16
FEW = 512
INNER = 256
"""Numbers that lie together, from which on it is worth reducing them first; where they are fewer, the samples come first."""


def local(tensor: Tensor) -> Tensor:
    """The part of a sharded tensor that lies on this rank: a norm over it needs no collective call."""
    return tensor.to_local() if hasattr(type(tensor), "to_local") else tensor


def is_lazy(parameter: Any) -> bool:
    """Whether a parameter has no shape yet, of a LazyModule that was not called."""
    return type(parameter).__name__ == "UninitializedParameter"


def is_dense(torch: Any, value: Any) -> bool:
    """Whether a value is a tensor that lies in memory as one block; also of a class that only marks it (torchvision's boxes)."""
    kind = type(value)
    if not issubclass(kind, torch.Tensor) or kind.__torch_dispatch__ is not torch.Tensor.__torch_dispatch__:
        return False
    return not is_lazy(value) and value.layout is torch.strided and not value.is_nested


def plain(torch: Any, value: Any) -> Any:
    """A dense tensor of a class that only marks it (torchvision's pictures and boxes) as torch's own, in the same memory; any other
    value as it is."""
    kind = type(value)
    if kind is torch.Tensor or kind is torch.nn.Parameter or not is_dense(torch, value) or torch._C._is_tracing():
        return value
    with torch._C.DisableTorchFunctionSubclass():
        return torch.Tensor.as_subclass(value, torch.Tensor)


def readable(torch: Any, tensor: Any) -> bool:
    """Whether a value is a real, plain tensor, with which something may be computed now (not traced, captured or fake)."""
    kind = type(tensor)
    if kind is not torch.nn.Parameter and kind is not torch.Tensor:
        return False
    if tensor.layout is not torch.strided or tensor.is_nested or tensor.numel() == 0:
        return False
    if torch._C._is_tracing() or torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return False
    if tensor.is_cpu:
        return True
    device = tensor.device.type
    return device != "meta" and not (device == "cuda" and torch.cuda.is_current_stream_capturing())


def usable(torch: Any, tensor: Any, *, or_bytes: bool = False) -> bool:
    """Whether a value is such a tensor of floats, or with `or_bytes` of bytes."""
    return readable(torch, tensor) and (tensor.is_floating_point() or (or_bytes and tensor.dtype == torch.uint8))


def version(tensor: Tensor) -> int:
    """How often a tensor was changed in place; -1 for an inference tensor, which does not count."""
    return -1 if tensor.is_inference() else int(tensor._version)


def stacked(torch: Any, tensors: Sequence[Tensor]) -> Tensor:
    """Tensors without dimensions as one vector of float32, where the first of them lies."""
    with torch.no_grad():
        device, kind = tensors[0].device, torch.float32
        alike = all(t.dtype is kind and t.device == device for t in tensors)
        return torch.stack([t if alike else t.to(device, kind, non_blocking=True) for t in tensors])


def norms(torch: Any, tensors: Sequence[Tensor]) -> Tensor:
    """The Euclidean norm of each float tensor as one vector; half precision is summed in single."""
    with torch.no_grad():
        return stacked(torch, _sizes(torch, tensors))


def _sizes(torch: Any, tensors: Sequence[Tensor]) -> Sequence[Tensor]:
    wide = [t.float() if t.dtype in (torch.float16, torch.bfloat16) else t for t in tensors]
    sizes: Sequence[Tensor] = torch._foreach_norm(wide, 2)
    return sizes


def copies(torch: Any, tensors: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each tensor."""
    with torch.no_grad():
        return [t.detach().clone() for t in tensors]


def overwrite(torch: Any, copies: Sequence[Tensor], tensors: Sequence[Tensor]) -> None:
    """Copy each tensor into memory that is there already."""
    with torch.no_grad():
        if copies:
            torch._foreach_copy_(list(copies), list(tensors))


def moved(torch: Any, after: Sequence[Tensor], before: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """The norm of each `after - before`, and of each `after`; `before` is overwritten.

    On the host it takes a few tensors at a time, as many as fit into a processor's cache.
    """
    changes, sizes = list[Tensor](), list[Tensor]()
    with torch.no_grad():
        for few in _handfuls(after):
            new, old = list(after[few]), list(before[few])
            sizes += _sizes(torch, new)
            torch._foreach_sub_(old, new)
            changes += _sizes(torch, old)
        return stacked(torch, changes), stacked(torch, sizes)


def _handfuls(tensors: Sequence[Tensor]) -> Iterator[slice]:
    """Ranges of tensors that follow one another and have few elements together; all at once where they lie on a device."""
    first, elements = 0, 0
    for at, tensor in enumerate(tensors):
        if tensor.is_cpu and at > first and elements + tensor.numel() > HANDFUL:
            yield slice(first, at)
            first, elements = at, 0
        elements += tensor.numel()
    yield slice(first, len(tensors))


def first_tensor(torch: Any, value: Any) -> Tensor | None:
    """The first picture (three dimensions or more, floats or bytes) in nested arguments, else the first float tensor."""
    first: Tensor | None = None
    for tensor in tensors(torch, value, 3):
        floats = tensor.is_floating_point()
        if tensor.dim() >= 3 and (floats or tensor.dtype == torch.uint8):
            return tensor
        if floats and first is None:
            first = tensor
    return first


def first_plain(torch: Any, value: Any) -> Tensor | None:
    """The first picture to look at: as `first_tensor` finds it, as torch's own."""
    return plain(torch, first_tensor(torch, value))


def tensors(torch: Any, value: Any, depth: int) -> Iterator[Tensor]:
    """The tensors in nested values."""
    if is_dense(torch, value):
        yield value
    elif depth:
        for item in inside(value):
            yield from tensors(torch, item, depth - 1)


def channel_dim(tensor: Tensor, kind: str = "") -> int | None:
    """The dimension of channels or features: 1 for pictures [N, C, H, W], 0 for one picture, else the last."""
    if kind == "Linear" and tensor.dim() >= 2:
        return int(tensor.dim()) - 1
    if tensor.dim() >= 4 or (kind.startswith(("Conv", "BatchNorm", "MaxPool", "AvgPool")) and tensor.dim() == 3):
        return 1
    if tensor.dim() == 3:
        return 0 if tensor.shape[0] in (1, 3, 4) and not kind else 2
    return 1 if tensor.dim() == 2 else None


def excerpt(tensor: Tensor, elements: int = ELEMENTS) -> Tensor:
    """The tensor itself if it is small, else its first samples, and of these as many as make up `elements`."""
    if tensor.dim() == 0 or tensor.numel() <= elements:
        return tensor
    sample = max(1, tensor.numel() // tensor.shape[0])
    return tensor[: max(1, min(SAMPLES, elements // sample))]


def scattered(torch: Any, tensor: Tensor, elements: int) -> Tensor:
    """The tensor itself if it is small, else pieces from all over it that make up about `elements`; where it does not lie in memory
    as one block, its first samples.
    """
    if tensor.numel() <= elements or tensor.dim() == 0:
        return tensor
    if tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last):
        tensor = tensor.permute(0, 2, 3, 1)
    if not tensor.is_contiguous():
        return excerpt(tensor, elements)
    pieces = tensor.numel() // PIECE
    stride = -(-int(tensor.numel()) // elements)
    while math.gcd(stride, pieces) > 1:  # so that no channel and no line of a picture is always left out
        stride += 1
    return tensor.view(-1)[: pieces * PIECE].view(pieces, PIECE)[::stride].contiguous()


def input_statistics(torch: Any, tensor: Tensor) -> tuple[Tensor, dict[str, Any]]:
    """Least, largest, means, deviations as one vector, and a dict with the shape and with `channels`, how many means."""
    with torch.no_grad():
        x = excerpt(tensor.detach())
        x = x.float() if x.dtype in (torch.float16, torch.bfloat16, torch.uint8) else x
        dim = channel_dim(x)
        by_channel = dim is not None and (x.dim() >= 3 or x.shape[1] <= CHANNELS)
        if by_channel and dim is not None:
            variance, mean = var_mean(torch, x.narrow(dim, 0, min(CHANNELS, x.shape[dim])), dim)
        else:
            variance, mean = var_mean(torch, x.reshape(1, -1), 0)
        low, high = torch.aminmax(x)
        vector = torch.cat([low.reshape(1), high.reshape(1), mean.reshape(-1), variance.sqrt().reshape(-1)])
    facts = {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch.")}
    return vector, facts


def var_mean(torch: Any, x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Variance and mean over all but one dimension. On the host two passes over rows that lie together take a quarter of the
    time of torch's own `var_mean`.
    """
    if not x.is_cpu:
        variance, mean = torch.var_mean(x, dim=[d for d in range(x.dim()) if d != dim], unbiased=False)
        return variance, mean
    rows = x.movedim(dim, 0).reshape(x.shape[dim], -1)
    mean = rows.mean(1, keepdim=True)
    return (rows - mean).square_().mean(1), mean.flatten()


def as_input(values: list[float]) -> dict[str, Any]:
    """The numbers of `input_statistics` by name."""
    half = (len(values) - 2) // 2
    return {"min": values[0], "max": values[1], "mean": values[2 : 2 + half], "std": values[2 + half :]}


def activation_statistics(torch: Any, tensor: Tensor) -> tuple[list[Tensor], int]:
    """Least, largest, sum and norm of an activation, each a tensor, and the number of elements they are over."""
    x = scattered(torch, tensor.detach(), ACTIVATION)
    x = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return [*torch.aminmax(x), x.sum(), torch.linalg.vector_norm(x)], x.numel()


def as_activation(values: list[float], count: int) -> tuple[float, float, float]:
    """Mean, standard deviation and largest magnitude from the numbers of `activation_statistics`."""
    low, high, total, norm = values
    mean = total / count
    variance = norm * norm / count - mean * mean
    deviation = math.sqrt(variance) if variance > 0 else (variance if math.isnan(variance) else 0.0)
    return mean, deviation, max(abs(low), abs(high))


def surely_negative(tensor: Tensor) -> bool:
    """Whether a few elements tell that a tensor has negative ones. They are looked at on the host alone, where it is free."""
    if not tensor.is_cpu:
        return False
    return tensor.is_contiguous() and float(tensor.detach().view(-1)[:FEW].min()) < 0


def unit_ranges(torch: Any, tensor: Tensor, kind: str, *, rectified: bool = False) -> tuple[Tensor, Tensor] | None:
    """Least and largest of each channel or feature over the whole batch; None without such units. Of what is `rectified`, which
    has no negative elements, the largest is given for both: it is zero, or no number, where both are.
    """
    x, dim = tensor, channel_dim(tensor, kind)
    if dim is None:
        return None
    with torch.no_grad():
        x = excerpt(x) if x.numel() > 4 * ELEMENTS else x
        rest = [d for d in range(x.dim()) if d != dim]
        if not rest:
            return x, x
        if x.is_cpu and dim == 1 and x.dim() == 4 and x.is_contiguous():  # one after the other: several times as fast
            first, second = (2, 0) if x.shape[2] * x.shape[3] >= INNER else (0, 1)
            rows = x.detach().flatten(2)
            high = rows.amax(first).amax(second)
            return high if rectified else rows.amin(first).amin(second), high
        high = x.amax(dim=rest)
        return high if rectified else x.amin(dim=rest), high
