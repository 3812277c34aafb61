"""The model has learned what it can, and that is not enough: training and validation stay poor alike.

## How it shows
The loss falls, bends and rests at a high level, the weights still move, and validation is as poor as training.

## How to tell it from its look-alikes
Overfitting: training is good and validation is not. A rate that is too low, or has decayed: the weights hardly move. Too few
epochs: the loss still falls at the end. Labels at random: the loss rests at that of guessing.

## How to fix
More width, depth or resolution; less dropout, decay and augmentation. First try whether the model learns a few samples by heart.
"""

from traindx.core.cause import Cause, Clue, Fix

UNDERFITTING = Cause(
    slug="underfitting",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T382", if_seen=4.5, if_absent=-2.0),
        Clue("B145", if_seen=-4.0),  # training goes on: what it learns does not carry over
        Clue("T105", if_seen=-1.0),
        Clue("T202", if_seen=-3.0),
        Clue("T201", if_seen=-2.0),
        Clue("T352", if_seen=-3.0),
        Clue("T354", if_seen=-3.0),
        Clue("T365", if_seen=-4.0),
        Clue("V414", if_seen=5.0, if_absent=-0.5),
        Clue("V402", if_seen=-4.0),
        Clue("V412", if_seen=-4.0),
        Clue("V407", if_seen=-3.0),
    ),
    fix=Fix(
        "Give the model more capacity or resolution, and regularise less; first see whether it learns a few samples by heart.",
        {"ultralytics": "yolo … model=yolo11m.pt imgsz=960"},
    ),
    proof="observed",
)
