"""M141: all that the classifier knows of a picture passes through one or two numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.first_signal import first_signal
from traindx.core.recording import Recording
from traindx.core.trend import over_chance


@check("M141", level="warning")
def classes_through_few_numbers(recording: Recording, *, learned: float = 0.3) -> Iterator[Finding | Measured]:
    """The last layer tells many classes apart by a single number, and the loss stays high.

    ## Why is this bad?
    One number puts the classes in a row: each is told apart from its two neighbours only. The loss falls and stops far above zero.

    ## How to fix
    Make the layer in front of the last one wider: at least as many features as classes, or the root of their number.

    Named is a last layer that is given one number for four classes or more, or two for fifty or more, in a run whose cross
    entropy ends above `learned` of that of guessing (all a guess). Nothing else about the size of a model shows in a
    recording.
    """
    layers, reached = first_signal(recording), over_chance(recording)
    if len(layers) < 2 or reached is None or not layers[-1].kind.startswith("Linear"):
        return
    last = layers[-1]
    features, classes = last.shape[1], last.units
    yield Measured(
        "features that the last layer is given", features, f"over {2 if classes >= 50 else 1} for {classes} classes"
    )
    narrow = (features == 1 and classes >= 4) or (features == 2 and classes >= 50)
    if narrow and reached > learned:
        text = f"{last.name} tells {classes} classes apart by {features} number"
        text += f"{'s' if features > 1 else ''} (should be {classes} or so)"
        yield Finding(Place(layer=last.name, step=0), f"{text}; the loss ends at {reached:.0%} of that of guessing")


def _run(features: int, end: float) -> Facts:
    numbers = {
        "in_rms": 1.0,
        "in_vary": 1.0,
        "out_vary": 0.5,
        "weight_rms": 0.1,
        "spread": 0.9,
        "trained": True,
        "groups": 1,
    }
    shapes = ([features, 64], [10, features])
    entries: list[dict[str, Any]] = [
        {"name": f"fc{i}", "kind": "Linear", "shape": s, **numbers} for i, s in enumerate(shapes)
    ]
    call = {"name": "cross_entropy", "classes": 10}
    line = {"kind": "signal", "step": 0, "layers": entries}
    return {"recording": recording_with(falling(end=end), events=[line], detail={"loss_call": call})}


@classes_through_few_numbers.fires_on
def ten_classes_by_one_number() -> Facts:
    return _run(1, end=1.5)


@classes_through_few_numbers.quiet_on
def ten_classes_by_two_numbers_for_a_plot() -> Facts:
    return _run(2, end=1.0)


@classes_through_few_numbers.quiet_on
def a_usual_head() -> Facts:
    return _run(64, end=1.5)
