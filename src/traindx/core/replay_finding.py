"""What the checks of a replay say of it, in one form: the finding with its place, and the trials as evidence."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.replay import Kind, Replay
from traindx.core.replay_words import advice, sentence, trial_rows


def replay_findings(replay: Replay, kind: Kind) -> Iterator[Finding | Measured]:
    """The finding where the bad step was bad for this reason; what was watched where it was not; nothing without a repetition."""
    again = replay.again
    if again is None:
        return
    yield Measured("operations watched", int(again["operations"]))
    if replay.kind is None:
        loss = "" if again["loss"] is None else f"loss {again['loss']:.4g}"
        yield Measured("the step again", "finite", unit=loss)
    if replay.kind == kind:
        yield Finding(_place(replay), sentence(replay), tuple(_evidence(replay)), advice(replay))


def _place(replay: Replay) -> Place:
    origin, failed = replay.origin, (replay.again or {}).get("failed")
    if origin is not None:
        return Place(path=origin.path, line=origin.line, layer=origin.module or None, step=replay.step)
    if replay.poisoned:
        return Place(parameter=replay.poisoned[0], step=replay.step)
    if failed:
        return Place(path=failed.get("path"), line=failed.get("line"), step=replay.step)
    return Place(step=replay.step)


def _evidence(replay: Replay) -> Iterator[Measured | Table]:
    yield Table("The step, tried in other ways", ("trial", "result"), trial_rows(replay))
    origin = replay.origin
    if origin is not None:
        if origin.code:
            yield Measured("the line", origin.code)
        if origin.user and origin.user != f"{origin.path}:{origin.line}":
            yield Measured("called from", origin.user)
        for argument in origin.inputs[:3]:
            yield Measured("input", str(argument))
        for argument in origin.forward_inputs[:2]:
            yield Measured("input of the forward operation", str(argument))
        for later in replay.chain[1:3]:
            yield Measured("which led to", f"{later.kind} in {later.operation.lstrip('_')}")
    if replay.grown is not None:
        yield Measured("growth of the loss in the steps before", replay.grown, "about 1", "times")
    left_out = replay.facts.get("left_out") or ()
    if left_out:
        yield Measured("left out of the capsule", "; ".join(map(str, left_out))[:300])
