"""The distributed sampler is not told the epoch, and repeats its order.

## How it shows
Every epoch of a rank serves the same samples in the same order, though shuffling is on. The score stays a little lower than
with one process.

## How to tell it from its look-alikes
With `shuffle=False` one order is what was asked for. Lightning, accelerate and Ultralytics set the epoch themselves.

## How to fix
`sampler.set_epoch(epoch)` at the start of each epoch.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import tell_epoch

SAMPLER_EPOCH_NOT_SET = Cause(
    slug="sampler-epoch-not-set",
    doc=__doc__,
    clues=(Clue("B142", if_seen=9.0, if_absent=-6.0, proves=True),),  # a guess until the benchmark sets it
    fix=Fix(
        "Tell the sampler the epoch before its loader is iterated.",
        {"pytorch": "for epoch in range(epochs):\n    sampler.set_epoch(epoch)\n    for x, y in loader:\n        …"},
    ),
    proof="observed",
    undo=tell_epoch(),
)
