"""Ranks disagree on the number of batches or on their collective calls.

## How it shows
The training stands still at the end of an epoch or in the validation, all devices busy or idle; after the timeout a rank
raises, or `Connection closed by peer` comes from the ranks that are left.

## How to tell it from its look-alikes
A worker that hangs on a file, or a rank that raised an error of its own, stops the others too: then that rank's error is
the cause.

## How to fix
Give all ranks the same number of batches, and make collective calls on all ranks or on none.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

UNEVEN_BATCHES = Cause(
    slug="uneven-batches",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V443", if_seen=6.5, if_absent=-2.0),
        Clue("R106", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("R109", if_seen=8.0, if_absent=-6.0, proves=True),
        Clue("R107", if_seen=6.5),
        Clue("R110", if_seen=6.5),
        Clue("T002", if_seen=0.5),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Give all ranks the same number of batches, or train inside of Join; make collective calls on "
        "all ranks or on none.",
        {
            "pytorch": "sampler = DistributedSampler(train_set, drop_last=True)\n"
            "# or, for shards of unequal length:\n"
            "with Join([model]):\n"
            "    train_one_epoch()"
        },
    ),
    proof="observed",
)
