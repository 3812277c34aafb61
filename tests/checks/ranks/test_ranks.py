"""What ranks must have in common is compared only where they are at the same moment, and may differ."""

from __future__ import annotations

import pytest

from traindx.checks.ranks.batches_shared import batches_shared
from traindx.checks.ranks.example import DUE, checksums, two_ranks
from traindx.checks.ranks.weights_differ import weights_differ
from traindx.core.check import Facts, NotEnough
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding


def passes(*batches: int) -> list[dict[str, object]]:
    """`pass` lines of epochs with so many batches."""
    told = [
        {"kind": "pass", "loader": 0, "pass": i, "training": True, "ended": "exhausted"} for i in range(len(batches))
    ]
    return [{**line, "step": sum(batches[:i]), "batches": batches[i]} for i, line in enumerate(told)]


def found(facts: Facts) -> list[Finding]:
    return [item for item in weights_differ(facts) if isinstance(item, Finding)]


def test_after_an_uneven_epoch_the_same_number_is_another_step() -> None:
    own = {step: ["a", "b"] if step < 6 else ["c", "d"] for step in DUE}
    first = [*checksums(weights=["a", "b"]), *passes(8, 8, 8)]
    assert found({"recording": two_ranks(first, [*checksums(weights=own), *passes(6, 6, 6)])}) == []
    assert found({"recording": two_ranks(first, [*checksums(weights=own), *passes(8, 8, 8)])})


def test_the_first_difference_and_the_rank_are_named() -> None:
    own = {step: ["a", "b"] if step < 2 else ["a", "d"] for step in DUE}
    finding = found({"recording": two_ranks(checksums(weights=["a", "b"]), checksums(weights=own))})[0]
    assert (finding.place.step, finding.place.rank, finding.place.parameter) == (2, 1, "fc.weight")


def test_a_batch_that_is_always_the_same_says_nothing_about_sharing() -> None:
    with pytest.raises(NotEnough, match="the same at every step"):
        batches_shared({"recording": two_ranks(checksums(batch=["a", "b"]), checksums(batch=["a", "b"]))})


def test_ranks_that_hold_parts_of_each_weight_share_their_batch_on_purpose() -> None:
    lines = checksums(batch={step: [f"{step}", f"{step}!"] for step in DUE})
    parts = [{**line, "sharded": [0, 1]} if line["kind"] == "tensors" else line for line in lines]
    with pytest.raises(NotEnough, match="split over the ranks"):
        batches_shared({"recording": two_ranks(parts, parts, shared=())})


def test_one_process_alone_has_no_ranks_to_compare() -> None:
    with pytest.raises(NotEnough):
        weights_differ({"recording": recording_with(falling())})
