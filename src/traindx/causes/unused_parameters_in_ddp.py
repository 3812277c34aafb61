"""A wrapped model has parameters that take no part in the loss of a step.

## How it shows
The second step ends with `Expected to have finished reduction in the prior iteration`.

## How to tell it from its look-alikes
On one device the same model trains without a word, and those parameters just never change.

## How to fix
Leave the part out, or let it into the loss.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import find_unused

UNUSED_PARAMETERS_IN_DDP = Cause(
    slug="unused-parameters-in-ddp",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M242", if_seen=3.5),
        Clue("R108", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Leave the unused part out of the model or let it into the loss; otherwise wrap with "
        "find_unused_parameters=True.",
        {"pytorch": "model = DistributedDataParallel(model, find_unused_parameters=True)"},
    ),
    proof="observed",
    undo=find_unused(),
)
