"""A setting was asked for, and another one was applied.

## How it shows
Changing the setting changes nothing. The applied value stands in the optimizer's groups and in the log, not in the command.

## How to tell it from its look-alikes
A setting that is applied and does not help changes the curve, however little.

## How to fix
Name what the framework would otherwise choose (`optimizer=SGD`), or set the key on the object that reads it.
"""

from traindx.core.cause import Cause, Clue, Fix

SETTINGS_IGNORED = Cause(
    slug="settings-ignored",
    doc=__doc__,
    clues=(Clue("S101", if_seen=6.0, if_absent=-4.0, proves=True),),  # a guess until the benchmark sets it
    fix=Fix(
        "Make the setting take effect: name the optimizer instead of leaving it to be chosen.",
        {"ultralytics": "yolo … optimizer=SGD lr0=0.01"},
    ),
    proof="observed",
)
