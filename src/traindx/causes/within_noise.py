"""The difference is within the noise of the run: no fault.

## How it shows
The last epoch is below the best one, or one run below another, by no more than the metric moves from epoch to epoch.

## How to tell it from its look-alikes
Overfitting lowers the level, the median of several epochs, while the validation loss rises. A collapse falls by many times
the noise.

## How to fix
Nothing to do. Compare medians of the last epochs, or several seeds; a larger validation set has less noise.
"""

from traindx.core.cause import Cause, Clue, Fix

WITHIN_NOISE = Cause(
    slug="within-noise",
    doc=__doc__,
    clues=(  # a guess
        Clue("V423", if_seen=6.0, if_absent=-3.0),
        Clue("V402", if_seen=-4.0),
        Clue("V404", if_seen=-4.0),
        Clue("V425", if_seen=-8.0),
        Clue("V412", if_seen=-4.0),
    ),
    fix=Fix(
        "Nothing to do. Compare medians of the last epochs, or several seeds; a larger validation set has less noise."
    ),
    proof="observed",
)
