"""R110: a rank lost the connection to another one, which had gone without an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.errors.example import raising
from traindx.checks.ranks.example import two_ranks
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured, Table
from traindx.core.raised import raised_of
from traindx.core.ranks import Ranks, ranks_of
from traindx.core.recording import Recording


@check("R110", level="error")
def other_rank_lost(recording: Recording) -> Iterator[Finding | Measured]:
    """A rank ended with a lost connection, and no rank left an exception of its own: another one finished early, or died.

    ## Why is this bad?
    The error stands in the rank that was left alone; what happened is in the other.

    ## How to fix
    The finding says which rank went first and where it stood. If it finished: it had fewer batches, or left the loop by a condition
    of its own. If it died: look at its own output and at memory; a collective call that only this rank makes (a validation or a
    metric under `if rank == 0:`) also ends it, as its numbers meet those of another call.
    """
    raised = raised_of(recording)
    lost = raised is not None and raised.is_secondary and raised.rank is not None
    yield Measured("ranks that lost another one", int(lost), "0")
    if raised is not None and lost:
        ranks = ranks_of(recording)
        place = replace(raised.place, step=raised.step)
        frames = Table("traceback, deepest last", ("frame",), tuple((frame,) for frame in raised.frames))
        yield Finding(
            place, f"rank {raised.rank} lost the connection at step {raised.step}{_who(ranks, raised.rank)}", (frames,)
        )


def _who(ranks: Ranks | None, alone: int | None) -> str:
    """The other ranks and how they ended, as the end of a sentence."""
    others = [] if ranks is None else [stop for stop in ranks.stops if stop.rank != alone]
    words = {
        "finished": "had finished",
        "cut": "had finished",
        "raised": "had raised",
        "killed": "was gone",
        "running": "was gone",
    }
    told = [f"rank {stop.rank} {words[stop.ending]} after step {stop.step}" for stop in others[:4]]
    return f": {', '.join(told)}" if told else ""


@other_rank_lost.fires_on
def the_other_rank_died() -> Facts:
    closed = {
        "kind": "event",
        "event": "exception",
        "step": 8,
        "type": "RuntimeError",
        "message": "Connection closed by peer",
    }
    return {"recording": two_ranks([closed], [])}


@other_rank_lost.quiet_on
def an_error_of_the_program() -> Facts:
    return {"recording": raising("KeyError", "'label'")}


@other_rank_lost.quiet_on
def a_single_process_whose_output_nobody_reads() -> Facts:
    return {"recording": raising("BrokenPipeError", "[Errno 32] Broken pipe")}


@other_rank_lost.quiet_on
def another_rank_tells_why() -> Facts:
    closed = {
        "kind": "event",
        "event": "exception",
        "step": 8,
        "type": "RuntimeError",
        "message": "Connection closed by peer",
    }
    own = {"kind": "event", "event": "exception", "step": 8, "type": "KeyError", "message": "'label'", "time": 9.0}
    return {"recording": two_ranks([{**closed, "time": 1.0}], [own])}
