"""M115: weights were loaded into a model in the midst of a process, or after its training, and hardly any of them arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaded_weights import Load, judged, later_loads
from traindx.core.recording import Recording


@check("M115", level="error")
def weights_left_out_later(recording: Recording, *, few: float = 0.1) -> Iterator[Finding | Measured]:
    """`load_state_dict` was asked to load weights once the training had begun, and the names or shapes do not fit.

    ## Why is this bad?
    With `strict=False` nothing is said. A model that should go on from a checkpoint begins anew; one that should be validated
    with its best weights is validated with its last.

    ## How to fix
    Print what `load_state_dict` returns, take a common prefix off the names (`{k.removeprefix("module."): v for k, v in
    state.items()}`), and load with `strict=True` wherever the whole model is meant.

    Judged as by M111, each line by itself. A model that is not trained, as a teacher, is named where a common prefix keeps
    all names from fitting.
    """
    found: dict[tuple[str | None, int | None], list[Load]] = {}
    for load in later_loads(recording):
        found.setdefault((load.place.path, load.place.line), []).append(load)
    for of_one_line in found.values():
        yield from judged(of_one_line, few)


def _run(**fields: Any) -> Facts:
    counts = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0, "later": 40}
    line: Mapping[str, Any] = {
        "kind": "weights_loaded",
        "path": "train.py",
        "line": 12,
        "class": "ResNet",
        "strict": False,
    }
    return {"recording": recording_with(falling(), events=[{**line, **counts, **fields}])}


@weights_left_out_later.fires_on
def names_of_data_parallel() -> Facts:
    return _run(matched=0, prefix={"strip": "module.", "count": 60})


@weights_left_out_later.fires_on
def a_teacher_that_keeps_its_first_weights() -> Facts:
    return _run(matched=0, covers=0.0, prefix={"strip": "module.", "count": 60})


@weights_left_out_later.quiet_on
def the_best_weights() -> Facts:
    return _run()


@weights_left_out_later.quiet_on
def another_model() -> Facts:
    return _run(matched=0, covers=0.0)
