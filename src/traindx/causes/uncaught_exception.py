"""The program ended with an error that no other cause explains.

## How it shows
A traceback at the end; the finding has its words and the deepest line of the user's own code.

## How to tell it from its look-alikes
Errors of files, shapes, types, devices, memory and ranks have causes of their own, which stand above this one.

## How to fix
Read the line and the words of the finding. `traindx replay` does the step again where its capsule was kept.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

UNCAUGHT_EXCEPTION = Cause(
    slug="uncaught-exception",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V493", if_seen=-4.0),
        Clue("V494", if_seen=-4.0),
        Clue("V495", if_seen=-4.0),
        Clue("V490", if_seen=-4.0),
        Clue("V480", if_seen=-4.0),
        Clue("V481", if_seen=-4.0),
        Clue("V482", if_seen=-4.0),
        Clue("V483", if_seen=-4.0),
        Clue("V484", if_seen=-4.0),
        Clue("V485", if_seen=-4.0),
        Clue("V486", if_seen=-4.0),
        Clue("V487", if_seen=-4.0),
        Clue("V488", if_seen=-4.0),
        Clue("V489", if_seen=-4.0),
        Clue("V437", if_seen=-4.0),
        Clue("V438", if_seen=-4.0),
        Clue("V439", if_seen=-4.0),
        Clue("V440", if_seen=-4.0),
        Clue("V441", if_seen=-4.0),
        Clue("V442", if_seen=-4.0),
        Clue("V443", if_seen=-4.0),
        Clue("V444", if_seen=-4.0),
        Clue("V445", if_seen=-4.0),
        Clue("V446", if_seen=-4.0),
        Clue("V447", if_seen=-4.0),
        Clue("V419", if_seen=6.0, if_absent=-2.0),
        Clue("V431", if_seen=-4.0),
        Clue("V432", if_seen=-4.0),
        Clue("V433", if_seen=-4.0),
        Clue("T001", if_seen=6.0, if_absent=-6.0),
    ),
    fix=Fix(
        "Correct the line that the finding names.",
    ),
    proof="observed",
)
