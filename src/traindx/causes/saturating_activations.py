"""Sigmoid or tanh units sit in their flat ends, or a stack of sigmoids lets no gradient through.

## How it shows
Most values of a hidden layer are at the ends of the function, from one look to the next, and the loss does not move. In a stack
of sigmoids none has to be at its end: each passes on a quarter at most, and after four or five layers nothing is left.

## How to tell it from its look-alikes
Often something else drives the units there: weights drawn too large (`init-too-large`: the first loss is far above chance),
inputs in the hundreds (`unscaled-inputs`), or a rate that is too high, when the share leaps with the first steps.
Gates (squeeze-and-excitation, recurrent cells) and outputs may saturate; they are not looked at.

## How to fix
Use ReLU or GELU between layers, or normalise in front of the sigmoid or tanh; draw its weights by Xavier's rule.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import rectify, squash

SATURATING_ACTIVATIONS = Cause(
    slug="saturating-activations",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M212", if_seen=-3.0),
        Clue("M216", if_seen=6.0, if_absent=-1.0),
        Clue("M215", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("M105", if_seen=6.5, if_absent=-2.0),
        Clue("M106", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("M103", if_seen=-3.0),
        Clue("B101", if_seen=-3.0),
        Clue("T201", if_seen=-1.0),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("B244", if_seen=1.0),  # a guess: a twin
    ),
    fix=Fix(
        "Replace the sigmoids between layers by ReLU or GELU, or normalise what goes into them.",
        {"pytorch": "nn.Linear(256, 256), nn.LayerNorm(256), nn.GELU()"},
    ),
    proof="observed",
    undo=rectify(),
    induce=squash(),
)
