"""One batch, unlike the others, causes a spike.

## How it shows
The loss leaps, or breaks, at one step, whose inputs lie far outside of what the steps before it had. With momentum it takes a
while to come back; some runs never do.

## How to tell it from its look-alikes
A rate that is too high makes the loss leap on usual inputs. A schedule event stands at its step. Values that are not finite are
`nan-in-data`. A spike that comes at the same place of each epoch, in a fixed order, is a batch; in a random one it is not.

## How to fix
Look at the files of that batch. Clip gradients to limit what one batch can do.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import only_usual_batches

OUTLIER_BATCH = Cause(
    slug="outlier-batch",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B116", if_seen=8.5, if_absent=-2.0, proves=True),
        Clue("T101", if_seen=0.5),
        Clue("T102", if_seen=0.5),
        Clue("T104", if_seen=0.3),
        Clue("T107", if_seen=0.5, near="data"),
        Clue("T205", if_seen=0.3),
        Clue("T103", if_seen=0.2),
        Clue("B101", if_seen=0.1),
    ),
    fix=Fix(
        "Treat the files of that batch as the others, or leave them out; clip gradients.",
        {"pytorch": "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)"},
    ),
    proof="observed",
    undo=only_usual_batches(5.0),
)
