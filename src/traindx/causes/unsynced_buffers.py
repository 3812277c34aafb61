"""Running statistics differ between the ranks.

## How it shows
Validation gives another number on each rank, and the saved model has the statistics of one.

## How to tell it from its look-alikes
If the weights differ too it is `ranks-diverged`. DistributedDataParallel sends the buffers of rank 0 before each step
unless told not to.

## How to fix
Let the wrapper send the buffers, or synchronise the batch normalisation itself.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import broadcast_buffers

UNSYNCED_BUFFERS = Cause(
    slug="unsynced-buffers",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("R102", if_seen=6.0, if_absent=-4.0),
        Clue("R103", if_seen=2.0),
    ),
    fix=Fix(
        "Leave broadcast_buffers on, or convert to SyncBatchNorm before wrapping.",
        {"pytorch": "model = nn.SyncBatchNorm.convert_sync_batchnorm(model)\nmodel = DistributedDataParallel(model)"},
    ),
    proof="observed",
    undo=broadcast_buffers(),
)
