"""What each process of a hanging run waits for, from its stack."""

from __future__ import annotations

from typing import Any

from traindx.core.example import falling, recording_with
from traindx.core.hang import Hang, Hung, hang_from, hangs_of

MAIN = ("train.py", 30, "<module>")


def hung(role: str, *stack: tuple[str, int, str], rank: int | None = None, at: Any = ("train.py", 30)) -> Hung:
    return Hung(1, role, rank, (*stack, MAIN), at, ())


def test_a_collective_call_waits_for_other_ranks() -> None:
    process = hung("rank 1", ("/x/torch/distributed/distributed_c10d.py", 2800, "all_reduce"), rank=1)
    assert process.words == "waits for other ranks in all_reduce at train.py:30"


def test_a_backward_pass_of_one_process_waits_for_nobody() -> None:
    frame = ("/x/torch/autograd/graph.py", 800, "_engine_run_backward")
    assert hung("training", frame).words == "stands in the backward pass at train.py:30"
    assert hung("rank 0", frame, rank=0).waits_for_ranks


def test_a_worker_that_reads_is_what_its_rank_waits_for() -> None:
    waiting = hung("rank 0", ("/x/torch/utils/data/dataloader.py", 1290, "_try_get_data"), rank=0)
    other = hung("rank 1", ("/x/torch/distributed/distributed_c10d.py", 2800, "barrier"), rank=1)
    idle = hung("loader worker of rank 0", ("queues.py", 113, "get"), ("worker.py", 330, "_worker_loop"), rank=0)
    reads = hung(
        "loader worker of rank 0", ("data.py", 9, "__getitem__"), ("f.py", 5, "fetch"), ("worker.py", 3, "_worker_loop")
    )
    assert Hang(300.0, {0: 5, 1: 5}, (waiting, other, idle, reads)).culprits == (reads,)
    assert Hang(300.0, {0: 5, 1: 5}, (waiting, other, idle)).culprits == (waiting,)


def test_without_stacks_the_reason_is_said() -> None:
    line = {"waited": 60, "processes": [{"pid": 3, "role": "training", "why": "py-spy is not installed"}]}
    assert hang_from(line).words == "no step for 60 s: training is not seen (py-spy is not installed)"


def test_a_hang_that_is_over_is_no_certain_one() -> None:
    waits = {"pid": 1, "role": "training", "stack": [["/x/torch/utils/data/dataloader.py", 9, "_get_data"]]}
    hang = {"kind": "hang", "waited": 60, "processes": [waits]}
    still = recording_with(falling(), events=[hang])
    went_on = recording_with(falling(), events=[hang, {"kind": "hang_over", "time": 1.0}])
    assert [h.is_certain for h in hangs_of(still)] == [True]
    assert [h.is_certain for h in hangs_of(went_on)] == [False] and "it went on later" in hangs_of(went_on)[0].words
