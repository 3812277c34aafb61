"""T407: softmax runs over one unit, or over another axis than that of the classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loss_calls import loss_calls_of
from traindx.core.loss_names import BINARY, CLASSES, DISTANCES
from traindx.core.recording import Recording


@check("T407", level="error")
def softmax_over_wrong_axis(recording: Recording) -> Iterator[Finding | Measured]:
    """Softmax is taken over a single unit, over the batch, or over pixels instead of over the classes.

    Cross entropy over one score counts too: it takes its softmax over that one.

    ## Why is this bad?
    Softmax over one unit is 1, whatever the unit says: the output is constant and no gradient comes back. Over the batch the
    samples compete with one another, and a prediction depends on what else lies in the batch.

    ## How to fix
    For two classes and one output use `binary_cross_entropy_with_logits` without an activation. Otherwise name the axis of
    the classes: `softmax(dim=1)`, for pictures [N, C, H, W] as well.
    """
    for found in loss_calls_of(recording):
        if found.name not in (*CLASSES, *BINARY, *DISTANCES):
            continue
        wrong = [text for call in found.calls if (text := _wrong(found.name, call))]
        yield Measured(
            f"recorded steps of {found.shown} with softmax over another axis", len(wrong), f"0 of {len(found)}"
        )
        if len(wrong) >= 0.9 * len(found):
            yield Finding(found.place, f"{wrong[0]} (should be over the classes)")
    yield from _by_hand(recording)


def _by_hand(recording: Recording) -> Iterator[Finding]:
    """A loss that is not one of torch's named ones, such as the divergence from a teacher, as the graph shows it."""
    for step, detail in recording.details.items():
        samples = detail.get("batch", {}).get("samples")
        for term in detail.get("loss_terms", ()):
            size = tuple(term.get("shape", ()))
            if term.get("axis") == 0 and len(size) == 2 and size[0] == samples and size[1] not in (1, size[0]):
                number = next((line for line, _ in term.get("code", ())), None)
                path = term.get("path", term.get("code_path"))
                place = Place(path=path, line=term.get("line", number), step=step)
                text = f"log-softmax over the batch: scores [{size[0]}x{size[1]}] along axis 0"
                yield Finding(place, f"{text} (should be over the classes)")
                return


def _wrong(name: str, call: Any) -> str:
    """What is wrong with the axis, in words."""
    shape, axis = call.get("shape", ()), call.get("axis")
    size = "x".join(map(str, shape))
    if name in CLASSES and len(shape) > 1 and shape[1] == 1:
        return f"{name} over scores [{size}] has one class: its softmax is always 1 and its loss 0"
    if call.get("made_by") == "Softmax" and call.get("input_min") == call.get("input_max") == 1.0:
        return f"softmax over one unit: all scores [{size}] are 1"
    if call.get("made_by") not in ("Softmax", "LogSoftmax") or axis is None or axis >= len(shape) or len(shape) < 2:
        return ""
    if shape[axis] == 1:
        return f"softmax over one unit: scores [{size}] along axis {axis} are always the same"
    if axis == 0 and shape[0] != shape[1]:  # similarities of a batch with itself are square, and have two sides
        return f"softmax over the batch: scores [{size}] along axis 0"
    if name in CLASSES and axis != 1 and axis != 0:
        return f"softmax over pixels: scores [{size}] along axis {axis}"
    return ""


def _call(name: str, shape: list[int], made_by: str = "Addmm", axis: int | None = None) -> dict[str, Any]:
    return {"loss_call": {"name": name, "shape": shape, "made_by": made_by, "axis": axis}}


@softmax_over_wrong_axis.fires_on
def softmax_over_one_unit() -> Facts:
    call = _call("binary_cross_entropy", [32, 1], "Softmax", 1)
    return {"recording": recording_with(flat(level=0.7), detail=call)}


@softmax_over_wrong_axis.fires_on
def softmax_over_one_unit_that_is_squeezed() -> Facts:
    call = {**_call("binary_cross_entropy", [32], "Softmax")["loss_call"], "input_min": 1.0, "input_max": 1.0}
    return {"recording": recording_with(flat(level=50.0), detail={"loss_call": call})}


@softmax_over_wrong_axis.fires_on
def softmax_over_the_batch() -> Facts:
    return {"recording": recording_with(flat(), detail=_call("nll_loss", [32, 10], "LogSoftmax", 0))}


@softmax_over_wrong_axis.fires_on
def cross_entropy_over_one_score() -> Facts:
    return {"recording": recording_with(flat(level=0.0), detail=_call("cross_entropy", [32, 1]))}


@softmax_over_wrong_axis.quiet_on
def log_softmax_over_the_classes() -> Facts:
    return {"recording": recording_with(falling(), detail=_call("nll_loss", [32, 10], "LogSoftmax", 1))}


def _term(axis: int, shape: list[int], samples: int = 32) -> Facts:
    term = {
        "what": "log-probability",
        "axis": axis,
        "shape": shape,
        "code_path": "kd.py",
        "code": [[22, "F.log_softmax(s, dim=0)"]],
    }
    detail = {"loss_terms": [term], "batch": {"samples": samples}}
    return {"recording": recording_with(falling(), detail=detail)}


@softmax_over_wrong_axis.fires_on
def a_student_and_its_teacher_over_the_batch() -> Facts:
    return _term(0, [32, 10])


@softmax_over_wrong_axis.quiet_on
def a_student_and_its_teacher_over_the_classes() -> Facts:
    return _term(1, [32, 10])


@softmax_over_wrong_axis.quiet_on
def scores_of_classes_first_in_a_loss_by_hand() -> Facts:
    return _term(0, [10, 32])


@softmax_over_wrong_axis.quiet_on
def both_sides_of_a_contrastive_loss() -> Facts:
    return {"recording": recording_with(falling(), detail=_call("nll_loss", [32, 32], "LogSoftmax", 0))}


@softmax_over_wrong_axis.quiet_on
def one_logit_for_two_classes() -> Facts:
    call = _call("binary_cross_entropy_with_logits", [32, 1])
    return {"recording": recording_with(falling(), detail=call)}
