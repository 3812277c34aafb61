"""The class biases of a dense detector begin at even odds, though nearly every cell is background.

## How it shows
The first class loss is tens to hundreds of times what it is a hundred steps later: thousands of cells each cost what a coin toss
costs. The first steps only push all scores down, with large gradients, and can end in a loss that is not finite.

## How to tell it from its look-alikes
Weights that are too large (`init-too-large`) make the scores differ from cell to cell; here all cells begin near 0.5. A rate
that is too high breaks the loss later as well. A softmax with a background class needs no prior.

## How to fix
Set the bias of the last class layer for p = 0.01 (RetinaNet), or call the head's own `bias_init` once more after the layers were
initialised.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

MISSING_BIAS_PRIOR = Cause(
    slug="missing-bias-prior",
    doc=__doc__,
    clues=(Clue("M231", if_seen=6.0, if_absent=-3.0),),  # a guess
    fix=Fix(
        "Begin with a class probability of 0.01 in every cell: set the bias of the last class layer.",
        {"pytorch": "nn.init.constant_(head.cls.bias, -math.log((1 - 0.01) / 0.01))"},
    ),
    proof="observed",
)
