"""B156: objects have the class id that the loss takes for "no object"."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.box_examples import run_with_boxes
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.received import Received, received
from traindx.core.recording import Recording


@check("B156", level="error", preview=True)
def objects_labelled_as_no_object(recording: Recording) -> Iterator[Finding | Measured]:
    """A detector of sets keeps its last class for "no object", and objects of the dataset have that id.

    ## Why is this bad?
    These objects are taught as nothing, with a tenth of the weight; their class is never found, and nothing is reported.

    ## How to fix
    Build the network with `num_classes` one more than the highest id of the dataset, or let the ids count from 0.

    Told by the weights of a cross entropy over more places than there are objects: all classes weigh the same and the last
    less, as DETR's `eos_coef` has it (Carion et al., arXiv:2005.12872, section 3.1).
    """
    seen = [(r, call) for r in received(recording) if r.boxes is not None and (call := _over_places(recording, r))]
    if not seen:
        raise NotEnough("no loss with a class of its own for places without an object was seen")
    last = int(seen[-1][1]["classes"]) - 1
    highest = max(i for r, _ in seen for i in r.classes)
    yield Measured("highest class id of an object", f"{highest:g}", f"under {last}")
    for got, call in seen:
        nothing = int(call["classes"]) - 1
        count = got.classes.get(nothing)
        if count:
            text = f"{count:g} of {got.count} objects have class {nothing}, which the loss over 0 to {nothing} keeps for no object"
            text += f": it weighs {call['weight'][-1]:.3g}, the others {call['weight'][0]:.3g}"
            yield Finding(Place(path=call.get("path"), line=call.get("line"), step=got.step), text)
            return


def _over_places(recording: Recording, got: Received) -> Mapping[str, Any] | None:
    """The step's cross entropy over more places than there are objects whose last class alone weighs less; None without one."""
    detail = recording.details.get(got.step, {})
    for call in (detail.get("loss_call") or {}, *detail.get("more_loss_calls", ())):
        weight = call.get("weight")
        if call.get("name") != "cross_entropy" or not isinstance(weight, list) or len(weight) != call.get("classes"):
            continue
        alike = len(weight) > 2 and max(weight[:-1]) == min(weight[:-1]) > weight[-1]
        if alike and got.classes and math.prod(call.get("target_shape") or (0,)) > got.count:
            return dict(call)
    return None


def _run(classes: dict[str, int], weight: list[float], places: int = 40) -> Facts:
    call = {"name": "cross_entropy", "classes": len(weight), "weight": weight, "target_shape": [4, places]}
    facts = run_with_boxes(
        (0.9, 0.9, 0.3, 0.3), unit="share", classes=classes, reader="Conv2d", num_classes=len(weight)
    )
    for detail in facts["recording"].details.values():
        detail["loss_call"] = {**call, "path": "detr.py", "line": 121}
    return facts


@objects_labelled_as_no_object.fires_on
def three_classes_that_count_from_one() -> Facts:
    return _run({"1": 12, "2": 3, "3": 1}, [1.0, 1.0, 1.0, 0.1])


@objects_labelled_as_no_object.quiet_on
def one_class_more_than_the_highest_id() -> Facts:
    return _run({"1": 12, "2": 3, "3": 1}, [1.0, 1.0, 1.0, 1.0, 0.1])


@objects_labelled_as_no_object.quiet_on
def ninety_one_classes_of_which_three_are_used() -> Facts:
    return _run({"1": 12, "2": 3, "3": 1}, [*[1.0] * 91, 0.1])
