"""An operation makes NaN or infinity of finite numbers: log of zero, 0 / 0, the slope of sqrt at zero.

## How it shows
The loss, or a gradient, is NaN or infinite from one step on, often after many good ones: it needs the one batch that comes
to the operation's edge.

## How to tell it from its look-alikes
A replay of the bad step names the first operation whose output is not finite though its inputs are. A rate that is too high
lets the loss grow before; half precision is cured by full precision; a bad sample is not finite before the first operation.

## How to fix
Keep the input away from the edge: an eps inside the logarithm, the root or the divisor, a clamp before the exponential.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import safe_operations

UNSTABLE_OPERATION = Cause(
    slug="unstable-operation",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it; what follows a loss that is not finite is explained by it
        Clue("T110", if_seen=6.0, if_absent=-2.0, proves=True),
        Clue("T116", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("T029", if_seen=-9.0),
        Clue("B115", if_seen=-5.0),
        Clue("T101", if_seen=1.0, if_absent=-1.0),
        Clue("V405", if_seen=2.65, if_absent=-0.5),
        Clue("V490", if_seen=2.65),
        Clue("V427", if_seen=-3.0),
        Clue("V430", if_seen=-5.0),
        Clue("T102", if_seen=0.1),
        Clue("T103", if_seen=0.1),
        Clue("T104", if_seen=0.1),
        Clue("T105", if_seen=0.1),
    ),
    fix=Fix("Keep the operation's input away from its edge: an eps inside the logarithm, root or divisor, or a clamp."),
    proof="twin",
    undo=safe_operations(),
)
