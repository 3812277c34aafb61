"""T439: the average that is validated is still near the weights that the training began with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T439", level="error", preview=True)
def average_hardly_moved(recording: Recording, *, least: float = 0.2, steps: int = 40) -> Iterator[Finding | Measured]:
    """The copy of the model that is validated has come only a small part of the model's way from its first weights.

    ## Why is this bad?
    An average with decay d looks back over about 1 / (1 - d) steps: with 0.9999 over ten thousand. In a run that is shorter, the
    average is the beginning, and the validation shows next to nothing of what was learned.

    ## How to fix
    Lower the decay, or let it grow: `decay = min(0.9999, (1 + step) / (10 + step))`. Validate the model itself beside its average.

    The way is measured along the model's own, in a sample of the weights. Named where it is under `least` (a guess) after `steps`
    steps in the last validation, and the copy does move: one that stands still is a teacher. Not named where the model itself
    is evaluated too, as timm's and torchvision's references do: then its own numbers tell.
    """
    lines = [line for line in recording.lines.get("averaged_weights", ()) if "way" in line]
    if len(lines) < 2:
        raise NotEnough("no copy of the model was validated twice")
    ways = [float(line["way"]) for line in lines]
    yield Measured("share of the model's way that the validated copy has come", ways[-1], f"over {least:g}")
    moves = len({float(line["moved"]) for line in lines}) > 1 and ways[-1] > 0
    if any(line.get("itself") for line in lines):
        return
    if ways[-1] < least and moves and int(lines[-1]["step"]) >= steps:
        last = int(lines[-1]["step"])
        text = f"after {last + 1} steps the average that is validated has come {ways[-1]:.1%} of the way of the model"
        place = Place(path=lines[-1].get("path"), line=lines[-1].get("line"), step=last)
        yield Finding(
            place, f"{text} (should be over {least:.0%}): its decay looks back over more steps than there were"
        )


def _run(ways: Sequence[float], *, itself: bool = False) -> Facts:
    lines = [
        {
            "kind": "averaged_weights",
            "step": 16 * n + 15,
            "path": "train.py",
            "line": 31,
            "way": way,
            "moved": way * way,
            **({"itself": True} if itself else {}),
        }
        for n, way in enumerate(ways)
    ]
    return {"recording": recording_with(falling(steps=120), events=lines)}


@average_hardly_moved.fires_on
def a_decay_for_a_longer_run() -> Facts:
    return _run((0.001, 0.002, 0.003, 0.005))


@average_hardly_moved.quiet_on
def an_average_that_follows() -> Facts:
    return _run((0.1, 0.5, 0.8, 0.9))


@average_hardly_moved.quiet_on
def a_teacher_that_stands_still() -> Facts:
    return _run((0.0, 0.0, 0.0, 0.0))


@average_hardly_moved.quiet_on
def an_average_beside_the_model_itself() -> Facts:
    return _run((0.001, 0.002, 0.003, 0.005), itself=True)
