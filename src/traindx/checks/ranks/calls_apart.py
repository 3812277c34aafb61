"""R109: the ranks wait for each other in different calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.hang import Hang, hang_finding, hangs_of
from traindx.core.recording import Recording


@check("R109", level="error")
def calls_apart(recording: Recording) -> Iterator[Finding | Measured]:
    """The training hangs while some ranks wait for the others in a call that these do not make.

    ## Why is this bad?
    A collective call is over when all ranks have made it. Where one stands in another call, or in none, none of them goes on.

    ## How to fix
    The place is the line of a rank that does not take part, or of the one that waits elsewhere. Look above it for a condition that
    depends on the rank: a validation of rank 0 alone through the wrapped model, a metric that is gathered on one rank, fewer
    batches.
    """
    found = [hang for hang in hangs_of(recording) if not hang.over and _is_apart(hang)]
    yield Measured("hangs with ranks in different calls", len(found), "0")
    yield from (hang_finding(hang) for hang in found[:1])


def _is_apart(hang: Hang) -> bool:
    waiting = [p for p in hang.trainers if p.waits_for_ranks]
    return len(hang.trainers) > 1 and bool(waiting) and len({(p.waits_for_ranks, p.place) for p in hang.trainers}) > 1


def _rank(rank: int, line: int, *inner: list[Any]) -> dict[str, Any]:
    stack = [*inner, ["train.py", line, "main"]]
    return {"pid": 7 + rank, "role": f"rank {rank}", "rank": rank, "at": ["train.py", line], "stack": stack}


def _hang(*processes: dict[str, Any]) -> Facts:
    line = {"kind": "hang", "time": 0.0, "waited": 312.0, "steps": {"0": 40, "1": 40}, "processes": list(processes)}
    return {"recording": recording_with(falling(), events=[line])}


GATHER = ["torch/distributed/distributed_c10d.py", 2500, "all_gather"]
BACKWARD = ["torch/autograd/graph.py", 823, "_engine_run_backward"]


@calls_apart.fires_on
def a_metric_of_rank_0_alone() -> Facts:
    return _hang(_rank(0, 60, GATHER), _rank(1, 31, BACKWARD))


@calls_apart.quiet_on
def all_wait_for_a_machine_that_is_gone() -> Facts:
    return _hang(_rank(0, 31, BACKWARD), _rank(1, 31, BACKWARD))
