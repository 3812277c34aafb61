"""Inputs or targets hold values that are not finite.

## How it shows
The loss is NaN or infinite at the batch that holds them, at each epoch again, whatever the rate.

## How to tell it from its look-alikes
The inputs of the first bad step hold values that are not finite, while the steps before it and its weights do not. A replay of
the bad step says that its input or its target is not finite before the first operation, and which samples; without
these samples the step is finite.

## How to fix
Look at the files and at what the transforms make of them; leave the samples out, or mend the transform.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import only_usual_batches

NAN_IN_DATA = Cause(
    slug="nan-in-data",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; what follows a loss that is not finite is explained by it
        Clue("T111", if_seen=6.0, if_absent=-2.0, proves=True),
        Clue("B115", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("B208", if_seen=9.0, proves=True),
        Clue("B147", if_seen=12.0, if_absent=-0.5, proves=True),  # it outweighs inputs that are finite
        Clue("T101", if_seen=1.0, if_absent=-1.0),
        Clue("V405", if_seen=2.65, if_absent=-0.5),
        Clue("V490", if_seen=2.65),
        Clue("V453", if_seen=2.65),
        Clue("V427", if_seen=-3.0),
        Clue("V430", if_seen=-5.0),
        Clue("T102", if_seen=0.1),
        Clue("T103", if_seen=0.1),
        Clue("T104", if_seen=0.1),
        Clue("T105", if_seen=0.1),
    ),
    fix=Fix(
        "Look at the samples named: their files, and what the transforms make of them; leave them out or mend the transform."
    ),
    proof="twin",
    undo=only_usual_batches(0.0),
)
