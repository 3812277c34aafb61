"""A planned event explains a jump: usual, no fault.

## How it shows
A loss or the metric jumps at the epoch at which the warm-up ends, the rate steps or restarts, or mosaic is closed.

## How to tell it from its look-alikes
A jump at another epoch has another reason: a bad batch, an overflow, a resumed run. A loss that jumps up at an event and
does not come back is a rate that is too high from there on.

## How to fix
Nothing to do. If the jump is unwanted, change the plan: a longer warm-up, a schedule without steps, `close_mosaic=0`.
"""

from traindx.core.cause import Cause, Clue, Fix

SCHEDULE_EVENT = Cause(
    slug="schedule-event",
    doc=__doc__,
    clues=(
        Clue("V421", if_seen=6.0, if_absent=-3.0),
        Clue("V404", if_seen=-8.0),
        Clue("V405", if_seen=-8.0),
        Clue("V415", if_seen=-8.0),
        Clue("V430", if_seen=-8.0),
    ),  # a guess
    fix=Fix(
        "Nothing to do. If the jump is unwanted, change the plan: a longer warm-up, a schedule without steps, close_mosaic=0.",
        {"ultralytics": "model.train(data=..., close_mosaic=0, warmup_epochs=5)"},
    ),
    proof="observed",
)
