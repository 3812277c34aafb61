"""The last batch of an epoch holds one picture.

## How it shows
The first epoch runs almost to its end and stops with "Expected more than 1 value per channel when training"; or the last
step of each epoch has a loss unlike the others.

## How to tell it from its look-alikes
A batch size of one raises the same at the first step. A broken picture stops at any step.

## How to fix
Drop the last incomplete batch in training, or choose a batch size that leaves no remainder of one.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import drop_last

LAST_BATCH_OF_ONE = Cause(
    slug="last-batch-of-one",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("V438", if_seen=8.0),
        Clue("D344", if_seen=5.0, if_absent=-4.0, proves=True),
        Clue("T025", if_seen=8.0, proves=True),
        Clue("T435", if_seen=7.0, if_absent=-2.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Drop the last incomplete batch in training, or choose a batch size that leaves no remainder of one.",
        {"pytorch": "DataLoader(train_set, batch_size=..., shuffle=True, drop_last=True)"},
    ),
    proof="static",
    undo=drop_last(),
)
