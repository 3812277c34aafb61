"""T435: the last batch of each epoch holds one sample, which batch norms are trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.norm_layers import held_names, norm_layers_of
from traindx.core.recording import Recording


@check("T435", level="warning")
def single_sample_at_end_of_epoch(recording: Recording) -> Iterator[Finding | Measured]:
    """An epoch of training ends with a batch of one sample, and batch norms in training mode normalise it by itself.

    ## Why is this bad?
    The step's statistics are those of one picture: a noisy step, and a share of `momentum` of it goes into the running
    statistics right before the validation. Behind a pooling to 1 x 1 it raises "Expected more than 1 value per channel".

    ## How to fix
    `DataLoader(..., drop_last=True)`, or a batch size that leaves no remainder of one.
    """
    passes = [p for p in recording.lines.get("pass", ()) if p.get("training") and p.get("ended") == "exhausted"]
    passes = [p for p in passes if p.get("batches", 0) > 1 and p.get("last")]
    if not passes:
        raise NotEnough("no epoch of a DataLoader came to its end")
    single = [p for p in passes if p["last"] == 1 and (_size(recording, p) or 2) > 1]
    yield Measured("samples in the last batch of an epoch", min(int(p["last"]) for p in passes), "2 or more")
    held = held_names(recording)
    norms = [x for x in norm_layers_of(recording) if x.is_batch_norm and np.mean(x.training) > 0.5 and x.name in held]
    if not single or not norms:
        return
    loader = _loader(recording, single[0])
    counts = f"{loader.get('length')} samples in batches of {loader.get('batch_size')}"
    text = f"{len(single)} epochs end with a batch of one sample: {counts}"
    at = Place(path=loader.get("path"), line=loader.get("line"), setting="drop_last")
    yield Finding(
        at, f"{text}, and {len(norms)} batch norms are trained on it", fix="drop_last=True in train's DataLoader"
    )


def _loader(recording: Recording, of: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((line for line in recording.lines.get("loader", ()) if line.get("loader") == of.get("loader")), {})


def _size(recording: Recording, of: Mapping[str, Any]) -> int | None:
    size = _loader(recording, of).get("batch_size")
    return size if isinstance(size, int) else None


def _facts(last: int, size: int = 64, kind: str = "BatchNorm2d") -> Facts:
    layer = {"name": "conv1", "kind": kind, "training": True, "trainable": True}
    lines = [
        {"kind": "loader", "loader": 0, "length": 640 + last, "batch_size": size, "path": "train.py", "line": 9},
        {"kind": "pass", "loader": 0, "pass": 0, "training": True, "ended": "exhausted", "batches": 11, "last": last},
        {"kind": "normalisation", "step": 0, "layers": [layer]},
    ]
    return {"recording": recording_with(falling(), events=lines, detail={"normalisation": {"ratio": [1.0]}})}


@single_sample_at_end_of_epoch.fires_on
def one_left_over() -> Facts:
    return _facts(1)


@single_sample_at_end_of_epoch.quiet_on
def five_left_over() -> Facts:
    return _facts(5)


@single_sample_at_end_of_epoch.quiet_on
def batches_of_one_throughout() -> Facts:
    return _facts(1, size=1)


@single_sample_at_end_of_epoch.quiet_on
def no_batch_norm() -> Facts:
    return _facts(1, kind="GroupNorm")
