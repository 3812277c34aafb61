"""A setting was asked for, and another one was applied.

## How it shows
Changing the setting changes nothing. The applied value stands in the optimizer's groups and in the log, not in the command:
`optimizer=auto` of Ultralytics replaces `lr0`, a script declares `--lr` and never reads `args.lr`.

## How to tell it from its look-alikes
A setting that is applied and does not help changes the curve, however little.

## How to fix
Name what the framework would otherwise choose (`optimizer=SGD`), or set the key on the object that reads it.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import optimizer_as_asked

SETTINGS_IGNORED = Cause(
    slug="settings-ignored",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("S101", if_seen=6.0, if_absent=-1.0, proves=True),
        Clue("V424", if_seen=6.0, proves=True),
        Clue("S110", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("S120", if_seen=8.0, proves=True),
        Clue("S148", if_seen=8.0, proves=True),
        Clue("S121", if_seen=8.0, proves=True),
        Clue("S122", if_seen=8.0, proves=True),
        Clue("S124", if_seen=6.0, proves=True),
        Clue("S129", if_seen=4.5, proves=True),
        Clue("S131", if_seen=6.0, proves=True),
        Clue("S143", if_seen=5.0),
        Clue("S162", if_seen=8.0, proves=True),
    ),
    fix=Fix(
        "Make the setting take effect: hand the option on to what uses it; with Ultralytics, name the optimizer.",
        {
            "ultralytics": "yolo … optimizer=SGD lr0=0.01   # optimizer=auto ignores lr0 and momentum",
            "pytorch": "optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum)",
        },
    ),
    proof="observed",
    undo=optimizer_as_asked(),
)
