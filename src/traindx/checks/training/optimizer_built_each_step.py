"""T372: an optimizer with a memory is built anew for each step."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T372", level="error")
def optimizer_built_each_step(recording: Recording, *, min_states: int = 8) -> Iterator[Finding | Measured]:
    """Each step is made by another optimizer, built at the same line within the loop, and each has a memory.

    ## Why is this bad?
    Momentum and Adam's averages begin at zero with each of them: momentum never acts, and Adam moves each weight by the full rate
    whatever its gradient. A scheduler that holds the first one has no effect either.

    ## How to fix
    Build the optimizer once, before the loop. Optimizers without a memory, one for each fold or phase, and inner loops beside an
    outer optimizer that goes on are not reported.
    """
    states = [line for line in recording.lines.get("optimizer_state", ()) if line.get("tensors")]
    if len(states) < min_states:
        raise NotEnough(f"the memory of the optimizer was not seen at {min_states} steps")
    numbers = [int(line["optimizer"]) for line in states]
    yield Measured(
        "different optimizers at the steps that were looked at", len(set(numbers)), f"fewer than {len(numbers)}"
    )
    built = {int(line["index"]): line for line in recording.lines.get("optimizer", ())}
    lines = [built[n] for n in numbers if n in built and built[n].get("path")]
    if len(set(numbers)) < len(numbers) or len({(x.get("path"), x.get("line")) for x in lines}) != 1:
        return
    line = lines[0]
    text = f"each of the {len(numbers)} steps looked at has an optimizer of its own: {line['class']} is built in the loop, and"
    yield Finding(Place(line.get("path"), line.get("line"), step=0), f"{text} its averages begin at zero each time")


def _run(numbers: list[int]) -> Facts:
    memory = {"exp_avg": {"mean": 0.0}}
    built = [
        {"kind": "optimizer", "index": n, "class": "Adam", "groups": [], "path": "train.py", "line": 12}
        for n in sorted({*numbers} - {0})
    ]
    kept = [{"kind": "optimizer_state", "step": i, "optimizer": n, "tensors": memory} for i, n in enumerate(numbers)]
    return {"recording": recording_with(falling(), events=[*built, *kept])}


@optimizer_built_each_step.fires_on
def adam_within_the_loop_over_batches() -> Facts:
    return _run(list(range(1, 13)))


@optimizer_built_each_step.quiet_on
def one_for_the_whole_run() -> Facts:
    return _run([1] * 12)


@optimizer_built_each_step.quiet_on
def two_players_by_turns() -> Facts:
    return _run([1, 2] * 6)


@optimizer_built_each_step.quiet_on
def one_for_each_fold() -> Facts:
    return _run([1] * 4 + [2] * 4 + [3] * 4)
