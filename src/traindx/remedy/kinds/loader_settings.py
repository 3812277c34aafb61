"""Arguments of the training's DataLoader: shuffle, the last batch, workers, and seeds of workers."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import argument, called, with_argument, without
from traindx.remedy.script import Script

SETTINGS = {
    "not-shuffled": ("shuffle", "True", 2),
    "last-batch-of-one": ("drop_last", "True", 8),
    "loader-too-slow": ("num_workers", "2", 5),
    "duplicate-worker-seeds": ("worker_init_fn", "", None),
}
CAUSES = tuple(SETTINGS)


def edits(case: Case) -> Sequence[Edit]:
    """In the construction that the diagnosis names, else in that of the loader over which the training loop runs."""
    name, value, position = SETTINGS[case.diagnosis.cause]
    for script, call in _named(case) or _made(case) or _looped(case):
        arg = argument(call, name, position)
        if not value:
            return (replaced(script, call, without(call, arg), "workers keep seeds of their own"),) if arg else ()
        if name == "shuffle" and (argument(call, "sampler") or argument(call, "batch_sampler")):
            return ()
        words = f"the training's loader has {name}={value}"
        if arg is not None and arg.keyword is None:
            return (replaced(script, arg.value, value, words),)
        return (replaced(script, call, with_argument(call, name, value), words),)
    return ()


def _named(case: Case) -> list[tuple[Script, cst.Call]]:
    calls = [(spot.script, call) for spot in case.places for call in spot.calls if called(call).endswith("DataLoader")]
    return calls[:1]


def _made(case: Case) -> list[tuple[Script, cst.Call]]:
    """Where the only loader that the training reads was made, as the recorder saw it."""
    trained = {p.get("loader") for p in case.recording.lines.get("pass", ()) if p.get("training")}
    lines = case.recording.lines.get("loader", ())
    built = {tuple(line["built"]) for line in lines if line.get("loader") in trained and line.get("built")}
    spot = case.sources.spot(*built.pop()) if len(built) == 1 else None
    line = next((x["built"][1] for x in lines if x.get("loader") in trained and x.get("built")), None)
    calls = [c for c in (spot.script.of(cst.Call, spot.statement) if spot else []) if called(c).endswith("DataLoader")]
    at = [c for c in calls if spot is not None and spot.script.line(c) == line] or calls
    return [(spot.script, at[0])] if spot is not None and len(at) == 1 else []


def _looped(case: Case) -> list[tuple[Script, cst.Call]]:
    """`for x, y in train_loader`, and the only `train_loader = DataLoader(...)`."""
    backward = case.at("backward")
    loop = backward.script.loop(backward.statement) if backward is not None else None
    if backward is None or not isinstance(loop, cst.For):
        return []
    script, looped = backward.script, backward.script.names(loop.iter)
    found = []
    for statement in script.of(cst.SimpleStatementLine):
        assigned = [t for line in statement.body if isinstance(line, cst.Assign) for t in line.targets]
        if any(script.names(target.target) & looped for target in assigned):
            calls = [call for call in script.of(cst.Call, statement) if called(call) == "DataLoader"]
            found += [(script, call) for call in calls[:1]]
    return found if len(found) == 1 else []
