"""Small recordings with inputs of training and validation, for the examples in check files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.recording import Recording


def batch(
    low: float,
    high: float,
    mean: Sequence[float],
    std: Sequence[float],
    *,
    texture: Sequence[float] = (),
    shape: Sequence[int] = (32, 3, 32, 32),
) -> dict[str, Any]:
    """The statistics of one batch, as a recording has them."""
    found = {"min": low, "max": high, "mean": list(mean), "std": list(std), "shape": list(shape), "dtype": "float32"}
    return {**found, "texture": list(texture)} if texture else found


def run_with(
    training: dict[str, Any] | Sequence[dict[str, Any]],
    *validation: dict[str, Any],
    lines: Sequence[dict[str, Any]] = (),
    steps: int = 60,
) -> Recording:
    """A run whose training batches all look alike, or as the given ones in turn; validation batches are those of one validation
    of several passes after each 20 steps."""
    seen = [{**b, "batch": n} for n, b in enumerate(validation)]
    each: list[dict[str, Any]] = [
        {"kind": "validation_inputs", "step": step, "of": 7, "path": "train.py", "line": 48, "batches": seen}
        for step in range(19, steps, 20)
    ]
    turns = [training] if isinstance(training, dict) else training
    details: list[dict[str, Any]] = [
        {"inputs": b, "texture": b.get("texture"), "first_input": {**b, "layer": "conv1"}} for b in turns
    ]
    run = recording_with(falling(steps=steps), detail=details[0], events=[*(each if seen else ()), *lines])
    return replace(
        run, details={step: {**d, **details[n % len(turns)]} for n, (step, d) in enumerate(run.details.items())}
    )
