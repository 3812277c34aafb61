"""B144: most of the time goes by with waiting for the loader."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Curve, Finding, Line, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording


@check("B144", level="warning", preview=True)
def waiting_for_batches(
    recording: Recording, *, share: float = 0.8, least: float = 0.02, warm_up: int = 5, min_steps: int = 20
) -> Iterator[Finding | Measured]:
    """Steps spend most of their time waiting for their batch.

    ## Why is this bad?
    The device stands idle, and an epoch takes a multiple of the time that it needs. What is learned does not suffer.

    ## How to fix
    `num_workers` of two to eight, `persistent_workers=True`, smaller pictures on the disk, cached or decoded once; look for
    slow transforms by timing `dataset[0]`.

    Median and sum over steps without the first five; steps must wait 20 ms or more on average, so that tiny models are not
    named. Both are a guess.
    """
    seconds, wait = recording.seconds[warm_up:], recording.wait[warm_up:]
    known = np.isfinite(seconds) & np.isfinite(wait) & (seconds > 0)
    if known.sum() < min_steps or not wait[known].any():
        raise NotEnough("too few steps with their waiting time were seen")
    part = float(np.median(wait[known] / seconds[known]))
    waited, taken = float(np.median(wait[known])), float(np.median(seconds[known]))
    whole = float(wait[known].sum() / seconds[known].sum())
    yield Measured("share of a step spent waiting for its batch", part, f"under {share:g}")
    yield Measured("share of all steps' time", whole, f"under {share:g}")
    if max(part, whole) < share or float(np.mean(wait[known])) < least:
        return
    slow = max(loaders_of(recording).training, key=lambda p: p.wait if p.wait == p.wait else 0.0, default=None)
    loader = next((x for x in loaders_of(recording).loaders if slow is not None and x.number == slow.loader), None)
    place = loader.place("num_workers") if loader else Place(setting="num_workers")
    x = tuple(map(float, recording.step[warm_up:][known]))
    lines = tuple(Line(n, x, tuple(map(float, v[known]))) for n, v in (("waiting", wait), ("whole step", seconds)))
    workers = f"; num_workers is {loader.facts.get('workers')}" if loader else ""
    text = f"steps wait {waited * 1000:.0f} of {taken * 1000:.0f} ms for their batch, {whole:.0%} of the time{workers}"
    yield Finding(place, text, (Curve("seconds of a step", lines),))


def _run(wait: float, seconds: float, first: float | None = None) -> Facts:
    run = recording_with(falling(), wait=wait, seconds=seconds)
    if first is not None:
        run.wait[0], run.seconds[0] = first, first + seconds
    return {"recording": run}


@waiting_for_batches.fires_on
def a_slow_transform() -> Facts:
    return _run(0.45, 0.5)


@waiting_for_batches.quiet_on
def slow_in_the_first_batch_alone() -> Facts:
    return _run(0.001, 0.1, first=60.0)


@waiting_for_batches.quiet_on
def decoding_beside_training_on_one_core() -> Facts:
    return _run(0.13, 0.2)


@waiting_for_batches.quiet_on
def a_tiny_model() -> Facts:
    return _run(0.002, 0.003)
