"""Averaged weights follow late: usual in the first epochs, a fault where they never arrive.

## How it shows
In the first epochs the validation loss rises, or the metric stays at zero, while the training loss falls; then both catch up.
In a run that is shorter than what the average looks back over they do not.

## How to tell it from its look-alikes
A validation that never catches up has another reason: labels that are not found, another preprocessing, weights that were
not loaded. A validation loss that rises late, after it had fallen, is overfitting.

## How to fix
Wait: an average with decay d looks back over about 1 / (1 - d) steps. In runs of few steps lower the decay.
"""

from traindx.core.cause import Cause, Clue, Fix

EMA_LAG = Cause(
    slug="ema-lag",
    doc=__doc__,
    clues=(  # guesses
        Clue("T439", if_seen=9.0, proves=True),
        Clue("V422", if_seen=6.0, if_absent=-3.0),
        Clue("B248", if_seen=2.0),
    ),
    fix=Fix(
        "Wait: an average with decay d looks back over about 1 / (1 - d) steps. In runs of few steps lower the decay.",
        {"pytorch": "decay = min(0.9999, (1 + step) / (10 + step))  # an average that follows quickly at first"},
    ),
    proof="observed",
)
