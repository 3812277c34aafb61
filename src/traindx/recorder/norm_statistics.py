"""What a normalisation layer saw in one batch: tensors to be read back, and the few numbers made of them afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from traindx.recorder import measure

Rows: TypeAlias = dict[str, Any]
Values: TypeAlias = Mapping[str, NDArray[np.float32]]

ELEMENTS = 1 << 15
"""Elements of an input that are looked at: every sample of the batch, pictures at a coarser grid."""
SAMPLES, VECTORS = 8, 64
"""Samples and vectors of which group and layer norms show the variance inside."""
DIGITS = 4
KEEPS_MOMENTS = ("NativeBatchNormBackward0", "CudnnBatchNormBackward0", "MiopenBatchNormBackward0")
"""Nodes of the graph that hold a batch's mean and 1 / sqrt(variance + eps) by channel as their second and third result (torch's
derivatives.yaml)."""


def is_norm(module: Any) -> bool:
    """Whether a module is a normalisation layer, by the name of its class."""
    return "Norm" in type(module).__name__


def rows_of(torch: Any, module: Any, given: Any, output: Any = None) -> Rows | None:
    """A norm's tensors by name: `mean` and `var` (or `inverse`, see `completed`) of the batch by channel with `running_mean` and
    `running_var` (as the batch has left them), or the variance `inside` samples for group and layer norms; `weight` and `bias`.
    None where it cannot look.
    `given` is what the layer was called with, `output` what it returned.
    """
    if not measure.usable(torch, given) or given.dim() < 2:
        return None
    x = given.detach()
    with torch.no_grad():
        if hasattr(module, "running_mean") or "BatchNorm" in type(module).__name__:
            rows = kept_moments(torch, module, output) or moments(torch, coarser(x).float())
            for name in ("running_mean", "running_var"):
                rows[name] = getattr(module, name, None)
        elif getattr(module, "num_groups", None):
            rows = {
                "inside": x[:SAMPLES].float().reshape(min(SAMPLES, x.shape[0]) * module.num_groups, -1).var(-1, False)
            }
        elif getattr(module, "normalized_shape", None):
            size = math.prod(module.normalized_shape)
            vectors = x.reshape(-1, size)
            vectors = vectors[:: max(1, vectors.shape[0] // VECTORS)].float()
            rms = type(module).__name__.startswith("RMS")
            rows = {"inside": vectors.square().mean(-1) if rms else vectors.var(-1, False)}
        else:
            return None
    rows |= {"weight": getattr(module, "weight", None), "bias": getattr(module, "bias", None)}
    return {name: row.detach() for name, row in rows.items() if measure.usable(torch, row)}


def values_of(module: Any, given: Any) -> int | None:
    """How many values of the batch a channel's statistics are made of; None of norms that take each sample by itself."""
    name = type(module).__name__
    if "BatchNorm" not in name or given.dim() < 2 or not given.shape[1]:
        return None
    return int(given.numel() // given.shape[1])


def moments(torch: Any, x: Any) -> Rows:
    """Mean and variance by channel."""
    variance, mean = measure.var_mean(torch, x, 1)
    return {"mean": mean, "var": variance}


def kept_moments(torch: Any, module: Any, output: Any) -> Rows | None:
    """The same of the whole batch, as torch's own batch norm in training keeps them for the backward pass: no cost, and exact.

    None where it keeps none, or where hooks of the user would be called to get at them.
    """
    made = getattr(output, "grad_fn", None)
    if made is None or not module.training or made.name() not in KEEPS_MOMENTS:
        return None
    hooks = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", None)
    if hooks is None or hooks(False) is not None:
        return None
    mean, inverse = made._saved_result1, made._saved_result2
    if mean is None or inverse is None or not mean.shape == inverse.shape == (output.shape[1],):
        return None
    return {"mean": mean.detach(), "inverse": inverse.detach()}


def completed(values: dict[str, Any], eps: float) -> Values:
    """The values, with `var` where the layer kept the `inverse` of the deviation, 1 / sqrt(var + eps)."""
    if "inverse" in values:
        with np.errstate(divide="ignore", over="ignore"):
            values["var"] = np.maximum(values["inverse"].astype(np.float32) ** -2 - np.float32(eps), 0)
    return values


def coarser(x: Any) -> Any:
    """A batch [N, C, ...] with about `ELEMENTS` elements or less: rows and columns are left out, samples where that is
    not enough by far.
    """
    over = x.numel() / ELEMENTS
    if x.dim() == 4 and over > 1:
        stride = min(math.ceil(math.sqrt(over)), x.shape[2], x.shape[3])
        x = x[:, :, stride // 2 :: stride, stride // 2 :: stride]
    over = x.numel() / ELEMENTS
    return x[: max(2, int(x.shape[0] / over))] if over > 4 else x


def summary(values: Values, z: NDArray[np.float32] | None, *, eps: float) -> dict[str, float]:
    """A layer's numbers, with the `distances` of its channels.

    `z` is the largest distance of a channel's mean from the running one, in running standard deviations, `z_median` that of
    the channel in the middle; `ratio` the median
    of variance over running variance; `flat` how many channels (or samples) have a variance below `eps`; `inside` the median
    variance inside samples; `weight` and `bias` with the least and the largest.
    """
    found: dict[str, float] = {}
    if z is not None:
        found["z"] = float(z.max())
        found["z_median"] = _median(z)
        found["ratio"] = _median(values["var"] / (values["running_var"] + eps))
    inner = values.get("var", values.get("inside"))
    if inner is not None:
        found["flat"] = int((inner < eps).sum())
    if "inside" in values:
        found["inside"] = _median(values["inside"])
    for name in ("weight", "bias"):
        if name in values:
            found[f"{name}_min"], found[f"{name}_max"] = float(values[name].min()), float(values[name].max())
    return {name: _short(value) for name, value in found.items()}


def distances(values: Values, *, eps: float, kept: float) -> NDArray[np.float32] | None:
    """Distance of each channel's mean from the running mean before this batch, in running standard deviations; `kept` is the share
    of the running mean that the batch has left as it was, 1 where none was updated.
    """
    if not {"mean", "running_mean", "running_var"} <= set(values):
        return None
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        away: NDArray[np.float32] = np.abs(values["mean"] - values["running_mean"]) / np.sqrt(
            np.maximum(values["running_var"], 0) + eps
        )
    return away / max(kept, 0.01)


def worst_channel(values: Values, z: NDArray[np.float32]) -> dict[str, float]:
    """The channel that lies farthest from its running mean, with the numbers behind that."""
    at = int(np.argmax(np.where(np.isnan(z), np.inf, z)))
    names = ("mean", "running_mean", "var", "running_var")
    return {"channel": at, "z": _short(float(z[at]))} | {name: _short(float(values[name][at])) for name in names}


def _median(values: NDArray[np.float32]) -> float:
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


def _short(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")
