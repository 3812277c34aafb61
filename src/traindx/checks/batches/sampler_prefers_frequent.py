"""B160: a sampler with weights draws the frequent classes more often still, or knows the first samples alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Table
from traindx.core.loaders import Loader, loaders_of
from traindx.core.recording import Recording

OFTEN = 20
"""Times that every sample would have to be drawn in one pass, from which on a set of unknown length is taken for one that has more
samples than weights (a guess)."""


@check("B160", level="error")
def sampler_prefers_frequent(
    recording: Recording, *, apart: float = 3.0, off: float = 0.05, few: float = 0.5
) -> Iterator[Finding | Measured]:
    """The weights of a `WeightedRandomSampler` are the counts of the classes, or there is one for each class.

    ## Why is this bad?
    A weight that is the count of a sample's class makes a class that is ten times as frequent a hundred times as frequent.
    Weights of classes in place of samples draw the first samples of the set alone, as many as there are classes.

    ## How to fix
    A weight for each sample, the inverse of its class's count: `weights = (1.0 / counts)[labels]`.

    Reported where the samples of each weight are as many as the weight says, to `off`, in groups that lie `apart` times
    apart (of two groups the square of that), classes of one count together; or where fewer than `few` of the samples have a
    weight. The limits are guesses.
    """
    weighted = [loader for loader in loaders_of(recording).loaders if loader.facts.get("weights")]
    if not weighted:
        raise NotEnough("no sampler with weights was seen")
    drawn = {p.loader: p.drawn for p in loaders_of(recording).passes}
    for loader in weighted:
        groups = [(float(w), int(n)) for w, n in loader.facts["weights"]]
        known, length = sum(n for _, n in groups), loader.facts.get("length")
        if not length and known * OFTEN < drawn.get(loader.number, 0):
            length = drawn[loader.number]
        yield Measured("samples that have a weight", known, f"all {length}")
        if length and known < few * length:
            text = f"the sampler has {known} weights for {length} samples: it draws the first {known} alone"
            yield Finding(loader.place("sampler"), f"{text} (should be a weight for each sample)")
        elif _are_counts(groups, apart, off):
            yield _reversed(loader, groups)


def _reversed(loader: Loader, groups: Sequence[tuple[float, int]]) -> Finding:
    total, drawn = sum(n for _, n in groups), sum(w * n for w, n in groups)
    weight, count = max(groups)
    rows = tuple((n, w, n / total, w * n / drawn) for w, n in sorted(groups))
    table = Table("samples by weight", ("samples", "weight", "share of the set", "share drawn"), rows)
    text = f"the weights of the sampler are the counts of its samples: {count / total:.0%} of the set are"
    return Finding(
        loader.place("sampler"), f"{text} {weight * count / drawn:.0%} of what is drawn (should be fewer)", (table,)
    )


def _are_counts(groups: Sequence[tuple[float, int]], apart: float, off: float) -> bool:
    """Whether the weights go as the counts do; a group may be of several classes that have one count."""
    there = [(w, n) for w, n in groups if w > 0]
    if len(there) < 2:
        return False
    weights = np.array([w for w, _ in there])
    ratios = np.array([n / w for w, n in there])
    ratios = ratios / ratios.min()
    nearest = np.ones_like(ratios) if len(there) == 2 else np.round(ratios)
    far = weights.max() / weights.min() >= (apart if len(there) > 2 else apart**2)
    return bool(far and (np.abs(ratios / nearest - 1) <= off).all() and (nearest == 1).sum() * 2 >= len(there))


def _facts(*weights: tuple[float, int], length: int = 1000) -> Facts:
    line = {"kind": "loader", "loader": 0, "step": 0, "length": length, "weights": list(map(list, weights))}
    return {"recording": recording_with(falling(), events=[line])}


@sampler_prefers_frequent.fires_on
def counts_as_weights() -> Facts:
    return _facts((600.0, 600), (300.0, 300), (50.0, 100))


@sampler_prefers_frequent.fires_on
def a_weight_for_each_class() -> Facts:
    return _facts((0.1, 1), (0.4, 1), (0.5, 1))


@sampler_prefers_frequent.quiet_on
def inverse_counts() -> Facts:
    return _facts((1 / 600, 600), (1 / 300, 300), (1 / 50, 100))


@sampler_prefers_frequent.quiet_on
def doubtful_samples_drawn_less() -> Facts:
    return _facts((1.0, 900), (0.2, 100))


@sampler_prefers_frequent.quiet_on
def as_many_of_each() -> Facts:
    return _facts((1.0, 500), (1.1, 500))


@sampler_prefers_frequent.fires_on
def a_weight_for_each_class_of_a_set_of_unknown_length() -> Facts:
    recording = _facts((0.1, 1), (0.4, 1), (0.5, 1), length=0)["recording"]
    drawn = {
        "kind": "pass",
        "loader": 0,
        "pass": 0,
        "training": True,
        "batches": 29,
        "drawn": 923,
        "ended": "exhausted",
    }
    return {"recording": replace(recording, lines={**recording.lines, "pass": (drawn,)})}
