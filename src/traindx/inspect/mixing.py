"""Whether a network's answer for one sample depends on the others of its batch: one is replaced, and the others are compared."""

from __future__ import annotations

from typing import Any

from traindx.recorder.structure import tensors_of

EQUAL = 1e-5
"""Differences up to this share of what changes for the replaced sample are those of rounding."""


def mixing_of(torch: Any, model: Any, inputs: Any, names: dict[int, str]) -> dict[str, Any] | None:
    """The share of the change that reaches other samples, and where it first shows; None where it cannot be told: a single sample,
    outputs that are not by sample, answers that differ from one call to the next, or batch norms that keep no running statistics
    and so go by the batch on purpose."""
    by_batch = any("BatchNorm" in type(m).__name__ and getattr(m, "running_mean", 0) is None for m in model.modules())
    if len(inputs) < 2 or by_batch:
        return None
    other = inputs.clone()
    other[0] = inputs[0].flip(-1) * -0.7 + 0.1
    was = model.training
    model.eval()
    try:
        with torch.no_grad():
            first, again, changed = (_outputs(torch, model, x) for x in (inputs, inputs, other))
        if not first or _apart(first, again)[1] > 0 or _apart(first, again)[0] > 0:
            return None
        own, others = _apart(first, changed)
        if not own > 0 and not others > 0:
            return None
        share = others / max(own, others)
        layer = _first_layer(torch, model, inputs, other, names) if share > EQUAL else ""
        return {"share": share if share > EQUAL else 0.0, "layer": layer}
    finally:
        model.train(was)


def _outputs(torch: Any, model: Any, inputs: Any) -> list[Any]:
    found = tensors_of(torch, model(inputs.clone())).values()
    return [t.clone() for t in found if t.dim() > 1 and t.shape[0] == len(inputs) and t.is_floating_point()]


def _apart(one: list[Any], two: list[Any]) -> tuple[float, float]:
    """The largest differences of the replaced sample and of the others, each output on its own scale."""
    own = others = 0.0
    for a, b in zip(one, two, strict=True):
        if a.shape != b.shape:
            return float("nan"), float("nan")
        size = float(a.abs().max()) or 1.0
        difference = (a - b).abs() / size
        own, others = max(own, float(difference[:1].max())), max(others, float(difference[1:].max()))
    return own, others


def _first_layer(torch: Any, model: Any, inputs: Any, other: Any, names: dict[int, str]) -> str:
    """The first layer to return something else for the other samples than before."""
    kept: list[tuple[str, Any]] = []

    def keep(module: Any, given: Any, output: Any) -> None:
        if isinstance(output, tuple) and output:
            output = output[0]
        if isinstance(output, torch.Tensor) and output.is_floating_point() and output.dim():
            kept.append((names.get(id(module), ""), output.detach().clone()))

    handles = [m.register_forward_hook(keep) for m in model.modules()]  # a module returns after those within it
    try:
        with torch.no_grad():
            model(inputs.clone())
            before, kept = kept, []
            model(other.clone())
    finally:
        for handle in handles:
            handle.remove()
    for (name, a), (_, b) in zip(before, kept, strict=False):
        if a.shape != b.shape or a.shape[0] % len(inputs):
            continue
        rest = a.shape[0] // len(inputs)
        size = float((a - b).abs().max())
        if size > 0 and float((a[rest:] - b[rest:]).abs().max()) > EQUAL * size:
            return name
    return ""
