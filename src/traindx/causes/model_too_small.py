"""The model cannot hold what it is to learn: it does not fit even a small sample.

## How it shows
The loss falls and stops far above zero, in training as in validation; more epochs and other rates change little.

## How to tell it from its look-alikes
Most runs that end high have another fault: labels that do not belong to their pictures, a rate that is too low, layers that
collapse into one (`missing-nonlinearity`). A small model does not fail in the first epoch: it learns fast and stops early.
What decides is whether a few samples can be learned by heart, which a recording alone does not show: only a last layer that is
given a single number is named by itself.

## How to fix
Train on 20 samples until the loss is near zero. If that works the model is not too small; if not, widen its narrowest layer.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

MODEL_TOO_SMALL = Cause(
    slug="model-too-small",
    doc=__doc__,
    clues=(  # a guess
        Clue("M141", if_seen=6.0, if_absent=-1.0),
        Clue("M253", if_seen=5.0),
        Clue("M107", if_seen=-3.0),
        Clue("T512", if_seen=3.0, if_absent=-2.0),
    ),
    fix=Fix(
        "Learn 20 samples by heart; if that fails, widen the narrowest layer.",
        {"pytorch": "nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, num_classes)"},
    ),
    proof="observed",
)
