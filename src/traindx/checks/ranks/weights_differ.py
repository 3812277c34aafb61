"""R101: the ranks do not hold the same weights."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.ranks.example import DUE, checksums, two_ranks
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.ranks import Apart, Ranks, ranks_of
from traindx.core.recording import Recording, Source


@check("R101", level="error")
def weights_differ(recording: Recording) -> Iterator[Finding | Measured]:
    """Replicas that are to hold the same weights hold different ones, to the last step at which they were compared.

    Compared are checksums at steps 0, 1, 2, 5, 10, 20 and so on. Parameters of which each rank holds a part are left out.

    ## Why is this bad?
    Each rank trains a network of its own, on its share of the data, and only the first one's is saved: the gradients of the others
    are lost. Metrics that are averaged over the ranks belong to no network.

    ## How to fix
    From step 0 on: the model is not wrapped by DistributedDataParallel, or weights were loaded or initialised on some ranks after
    it was wrapped. Later: steps inside of `no_sync`, or a condition by which a rank leaves out a step.
    """
    ranks = ranks_of(recording)
    if ranks is None or len(ranks.numbers) < 2 or not ranks.compared or not ranks.same_names("weights"):
        raise NotEnough("needs the weights of several ranks at the same steps")
    last = ranks.compared[-1]
    apart = list(ranks.apart("weights"))
    still = [a for a in apart if a.step == last]
    yield Measured(f"weights that differ between ranks at step {last}", len(still), "0")
    if still:
        yield _finding(recording, ranks, [a for a in apart if a.step == apart[0].step], last)


def _finding(recording: Recording, ranks: Ranks, first: list[Apart], last: int) -> Finding:
    wrapped = ranks.wrappers
    at, step = _line(recording, bool(wrapped), first[0].step), first[0].step
    if not wrapped:
        why = "no model is wrapped by DistributedDataParallel, so that gradients are not averaged"
    elif step == 0:
        why = f"they were changed after {wrapped[0]['wrapper']} had made them equal"
    else:
        why = f"after {wrapped[0]['wrapper']} had made them equal"
    names = f"{first[0].name} and {len(first) - 1} more" if len(first) > 1 else first[0].name
    message = f"weights differ between ranks from step {step} to step {last} ({names}): {why}"
    place = Place(rank=first[0].ranks[0], step=step, parameter=first[0].name)
    return Finding(
        Place(at.path, at.line, rank=place.rank, step=step, parameter=place.parameter) if at else place, message
    )


def _line(recording: Recording, wrapped: bool, step: int) -> Source | None:
    """The line to look at: where the model is wrapped, or the optimizer made of one that is not; later where it steps."""
    told = [line for line in recording.lines.get("distributed", ()) if line.get("path")]
    if wrapped and step == 0 and told:
        return Source(told[-1]["path"], told[-1]["line"])
    return recording.sources.get("optimizer" if not wrapped else "step")


@weights_differ.fires_on
def each_trains_alone() -> Facts:
    own = {step: ["a", "b"] if step == 0 else ["c", "d"] for step in DUE}
    return {"recording": two_ranks(checksums(weights=["a", "b"]), checksums(weights=own), shared=())}


@weights_differ.quiet_on
def replicas_are_equal() -> Facts:
    return {"recording": two_ranks(checksums(weights=["a", "b"]), checksums(weights=["a", "b"]))}


@weights_differ.quiet_on
def parts_of_sharded_weights() -> Facts:
    return {"recording": two_ranks(checksums(weights=[None, None]), checksums(weights=[None, None]))}


@weights_differ.quiet_on
def averaged_now_and_then() -> Facts:
    own = {step: ["c", "d"] if step in (1, 2, 5) else ["a", "b"] for step in DUE}
    return {"recording": two_ranks(checksums(weights=["a", "b"]), checksums(weights=own))}
