"""Ranks that are to train one model hold different weights.

## How it shows
Nothing stops; losses of the ranks drift apart, and the checkpoint of rank 0 is that of a training on a part of the data.

## How to tell it from its look-alikes
If only the running statistics differ it is `unsynced-buffers`. Sharded weights (FSDP) are parts and are not compared. A
rank that stops or waits is `uneven-batches`.

## How to fix
Wrap the model in DistributedDataParallel before training; load weights before wrapping, on all ranks; let no rank leave out
a step.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

RANKS_DIVERGED = Cause(
    slug="ranks-diverged",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("R101", if_seen=9.0, if_absent=-6.0, proves=True),
    ),
    fix=Fix(
        "Wrap the model in DistributedDataParallel after its weights are loaded, and let every rank make every step.",
        {
            "pytorch": 'model.load_state_dict(torch.load(path, map_location="cpu"))\n'
            "model = DistributedDataParallel(model.to(device), device_ids=[local_rank])"
        },
    ),
    proof="observed",
)
