"""M111: weights were loaded into the model that is trained, and hardly any of them arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loaded_weights import judged, loads
from traindx.core.recording import Recording


@check("M111", level="error")
def weights_left_out(recording: Recording, *, few: float = 0.1) -> Iterator[Finding | Measured]:
    """`load_state_dict` was asked to load weights, and the names or shapes do not fit: the model keeps its random ones.

    ## Why is this bad?
    With `strict=False`, or with a filter that keeps the names in common, nothing is said. The training starts from nothing, with
    the settings and the patience of a fine-tuning.

    ## How to fix
    Print what `load_state_dict` returns. Names that all begin with `module.` (DataParallel), `model.` (Lightning) or
    `_orig_mod.` (torch.compile) want it taken off: `{k.removeprefix("module."): v for k, v in state.items()}`. A file with
    several parts wants the right one: `checkpoint["state_dict"]`. Load with `strict=True` wherever the whole model is
    meant.

    Named are loads of which under `few` of the tensors that were given fit, loads in which names fit once a common prefix
    is taken off or put in front, and loads that were given nothing or the model's own tensors. A new head, a backbone alone
    and adapters are healthy: what was given fits. A load that a later one of the same model makes good is not named.
    """
    yield from judged(list(loads(recording)), few)


def _line(**fields: Any) -> Mapping[str, Any]:
    counts = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0, "kept": 60, "looked": 60}
    place = {"path": "train.py", "line": 12, "class": "ResNet", "strict": False}
    return {"kind": "weights_loaded", **place, **counts, **fields}


def _names(count: int, *names: str) -> dict[str, Any]:
    return {"count": count, "names": list(names)}


@weights_left_out.fires_on
def names_of_data_parallel() -> Facts:
    odd = {"missing": _names(60, "conv1.weight"), "unexpected": _names(60, "module.conv1.weight")}
    line = _line(matched=0, prefix={"strip": "module.", "count": 60}, **odd)
    return {"recording": recording_with(falling(), events=[line])}


@weights_left_out.fires_on
def nothing_but_the_own_tensors() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(same_memory=60)])}


@weights_left_out.fires_on
def the_whole_checkpoint_in_place_of_its_weights() -> Facts:
    odd = {"missing": _names(60, "conv1.weight"), "unexpected": _names(3, "state_dict", "epoch", "optimizer")}
    return {"recording": recording_with(falling(), events=[_line(given=3, matched=0, **odd)])}


@weights_left_out.quiet_on
def a_new_head() -> Facts:
    line = _line(matched=58, unexpected=_names(2, "fc.weight"), missing=_names(2, "head.weight"))
    return {"recording": recording_with(falling(), events=[line])}


@weights_left_out.quiet_on
def adapters_alone() -> Facts:
    line = _line(given=8, matched=8, missing=_names(52, "conv1.weight"))
    return {"recording": recording_with(falling(), events=[line])}


@weights_left_out.quiet_on
def a_load_that_a_second_one_makes_good() -> Facts:
    first = _line(matched=0, missing=_names(60, "conv1.weight"), unexpected=_names(60, "module.conv1.weight"))
    return {"recording": recording_with(falling(), events=[first, _line()])}


@weights_left_out.quiet_on
def a_teacher_that_is_not_trained() -> Facts:
    return {"recording": recording_with(falling(), events=[_line(matched=0, given=0, covers=0.0)])}
