"""The ranks train on the same samples.

## How it shows
Training works, and is no faster per epoch than on one device: an epoch has as many steps as with one rank.

## How to tell it from its look-alikes
Tensor parallel ranks share each batch on purpose. Equal order in every epoch is `sampler-epoch-not-set`.

## How to fix
Give the loader a DistributedSampler, and tell it the epoch.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import share_data

RANKS_SHARE_DATA = Cause(
    slug="ranks-share-data",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("R104", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("R105", if_seen=5.5, if_absent=-3.0),
    ),
    fix=Fix(
        "Give the training loader a DistributedSampler instead of shuffle=True, and tell it the epoch.",
        {
            "pytorch": "sampler = DistributedSampler(train_set, shuffle=True)\n"
            "loader = DataLoader(train_set, batch_size=..., sampler=sampler)\n"
            "for epoch in range(epochs):\n"
            "    sampler.set_epoch(epoch)"
        },
    ),
    proof="observed",
    undo=share_data(),
)
