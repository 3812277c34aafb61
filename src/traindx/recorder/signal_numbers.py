"""How much of the signal a weighted layer passes on, and how its weights lie: a handful of numbers for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NAMES = ("in_rms", "in_vary", "out_rms", "out_vary", "weight_rms", "bias_mean", "spread")
MOST = 1 << 16
"""Elements of an input and an output that are looked at: of the first samples, evenly spread over the longest dimensions."""
SAMPLES = 16


def signal_numbers(torch: Any, given: Any, made: Any, weight: Any, bias: Any, turned: bool) -> Any:
    """The numbers of `NAMES` as a vector: root mean square of input and output, how much they vary from sample to sample,
    root mean square of the weights, mean of the bias, and `spread`: how far the units' weights are from their common mean, as
    a share of their size (0 where all units are alike). `turned`: the units are the second axis, as of a transposed
    convolution.
    """
    with torch.no_grad():
        zero = torch.zeros((), device=weight.device)
        bias_mean = zero if bias is None else bias.detach().float().mean()
        numbers = [*_size_and_variation(torch, given), *_size_and_variation(torch, made)]
        return torch.stack(
            [n.reshape(()) for n in (*numbers, *size_and_spread(torch, weight, turned, between=(bias_mean,)))]
        )


def size_and_spread(torch: Any, weight: Any, turned: bool, between: Sequence[Any] = ()) -> list[Any]:
    """Root mean square of the weights, and their spread over the units."""
    with torch.no_grad():
        w = weight.detach().float()
        rows = (w.transpose(0, 1) if turned else w).reshape(w.shape[1 if turned else 0], -1)
        size = rows.square().mean().sqrt()
        apart = (rows - rows.mean(0, keepdim=True)).square().mean().sqrt()
        return [size, *between, apart / size.clamp(min=1e-30)]


def _size_and_variation(torch: Any, tensor: Any) -> tuple[Any, Any]:
    x = _spread_out(tensor.detach()).float()
    size = x.square().mean().sqrt()
    if x.shape[0] > 1:
        return size, (x - x.mean(0, keepdim=True)).square().mean().sqrt()
    return size, (x - x.mean()).square().mean().sqrt()


def _spread_out(tensor: Any) -> Any:
    """At most about `MOST` elements of the first samples: every n-th along the longest dimensions, without a copy."""
    x = tensor if tensor.dim() < 2 or tensor.numel() <= MOST else tensor[:SAMPLES]
    while x.dim() > 1 and x.numel() > MOST:
        dim = max(range(1, x.dim()), key=lambda d: x.shape[d])
        step = min(-(-x.numel() // MOST), x.shape[dim])
        if step < 2:
            return x
        x = x[(slice(None),) * dim + (slice(None, None, step),)]
    return x


def named(values: Sequence[float]) -> dict[str, float]:
    """The numbers by name, four digits each."""
    return {name: float(f"{value:.4g}") for name, value in zip(NAMES, values, strict=True)}
