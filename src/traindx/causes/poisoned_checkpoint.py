"""The checkpoint that the training starts from is cut, no checkpoint, or holds numbers that are not finite.

## How it shows
`torch.load` ends with `PytorchStreamReader failed`, `unexpected EOF` or `invalid load key`; or it loads, and the very first
loss is NaN although the data are finite.

## How to tell it from its look-alikes
If the weights are finite at step 0 and the loss breaks later, something in the training broke it: `lr-too-high`, `amp-overflow`,
`unstable-operation`. Numbers in the data that are not finite are `nan-in-data`. A checkpoint that is whole and made for another
model is `checkpoint-mismatch`.

## How to fix
Go back to an earlier checkpoint, and look at why the run that wrote this one broke. Save under a temporary name and rename.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

POISONED_CHECKPOINT = Cause(
    slug="poisoned-checkpoint",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V486", if_seen=9.0),
        Clue("T019", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T029", if_seen=9.0, if_absent=-4.0, proves=True, from_start=True),
        Clue("S201", if_seen=9.0, proves=True),
        Clue("S202", if_seen=9.0, proves=True),
        Clue("S203", if_seen=8.5, proves=True),
        Clue("S204", if_seen=8.5, proves=True),
        Clue("S222", if_seen=8.0, proves=True),
        Clue("S206", if_seen=1.0),
        Clue("S209", if_seen=4.0),
        Clue("T001", if_seen=0.3),
        Clue("T101", if_seen=0.5, from_start=True),
        Clue("T104", if_seen=0.3),
    ),
    fix=Fix(
        "Start from an earlier checkpoint that is whole and finite; save to a temporary name and rename it.",
        {
            "pytorch": "assert all(v.isfinite().all() for v in state.values() if v.is_floating_point())\n"
            "torch.save(state, path + '.tmp'); os.replace(path + '.tmp', path)"
        },
    ),
    proof="observed",
)
