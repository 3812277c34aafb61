"""P114: the graphs of all steps of an epoch are kept until it ends."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("P114", level="warning")
def graphs_held_through_the_epoch(
    recording: Recording, *, share: float = 0.8, least: int = 10
) -> Iterator[Finding | Measured]:
    """A line keeps the graph of nearly every step, as `total += loss` does, and lets them go when an epoch ends.

    ## Why is this bad?
    Each graph holds its nodes and its output, and what hooks have saved. Memory grows with every step of an epoch, so that a
    larger dataset or model runs out of it in the midst of one. Graphs that are kept for longer are P112.

    ## How to fix
    Add numbers instead of tensors: `total += loss.item()` or `total += loss.detach()`.

    Told where the line is known, and `least` graphs, `share` of those that were marked, were alive at once (guesses).
    """
    lines = [line for line in recording.lines.get("graphs_held", ()) if line["of"] == "training"]
    if not lines:
        raise NotEnough("no graph was marked")
    most = max(lines, key=lambda line: int(line["held"]))
    held, marked = int(most["held"]), int(most["marked"])
    yield Measured("graphs of earlier steps that were alive at once", held, f"0 of {marked}")
    if held < max(least, share * marked) or int(lines[-1]["held"]) >= share * int(lines[-1]["marked"]):
        return
    for event in recording.of("graphs_held"):
        if event.data.get("of") == "training" and event.data.get("lines"):
            text = f"at step {most['step']} the graphs of {held} of {marked} steps looked at were kept by this line"
            yield Finding(Place(path=event.data.get("path"), line=event.data["lines"][0], step=event.step), text)
            return


def _run(*held: int) -> Facts:
    told = {"kind": "graphs_held", "of": "training", "marked": 20}
    lines = [{**told, "step": 20 * at, "held": n, "oldest": 0 if n else None} for at, n in enumerate(held, 1)]
    event = {"kind": "event", "event": "graphs_held", "of": "training", "step": 10, "path": "train.py", "line": 20}
    return {"recording": recording_with(falling(steps=120), events=[*lines, {**event, "lines": [24]}])}


@graphs_held_through_the_epoch.fires_on
def a_sum_of_losses_with_their_graphs() -> Facts:
    return _run(20, 20, 0)


@graphs_held_through_the_epoch.quiet_on
def graphs_that_are_kept_for_good() -> Facts:
    return _run(20, 20, 20)


@graphs_held_through_the_epoch.quiet_on
def a_few_graphs_of_a_sequence() -> Facts:
    return _run(3, 4, 0)
