"""The units of a layer start equal and stay equal.

## How it shows
Every row of a layer's weights is the same at step 0 and still many steps later. The layer is as good as one unit wide; with all
weights at zero, no gradient passes at all and the loss stands at chance.

## How to tell it from its look-alikes
Small weights that differ are `init-too-small`: they are slow, and their units are not alike. A last layer, a residual branch
or an adapter that starts at zero is healthy: its units part with the first step. Scales and biases may start equal.

## How to fix
Draw weights at random. Only biases and the scales of normalisation layers are constants.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import default_weights, equal_weights

CONSTANT_INIT = Cause(
    slug="constant-init",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M218", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("M101", if_seen=10.0, if_absent=-6.0, proves=True, from_start=True),
        Clue("M103", if_seen=0.3),
        Clue("M102", if_seen=0.3),
        Clue("S206", if_seen=5.0),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("T201", if_seen=0.3),
        Clue("T202", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("T402", if_seen=0.3),
    ),
    fix=Fix(
        "Draw the weights at random; set only biases and the scales of normalisation layers to constants.",
        {"pytorch": "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')\nnn.init.zeros_(layer.bias)"},
    ),
    proof="observed",
    undo=default_weights(),
    induce=equal_weights(),
)
