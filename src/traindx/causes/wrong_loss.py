"""The loss does not fit what it is given.

## How it shows
`nll_loss` is given numbers above zero, so they are no log-probabilities. The loss falls below zero without end, or moves
while the accuracy does not.

## How to tell it from its look-alikes
A rate that is too high makes a fitting loss explode upwards. Softmax before cross entropy has a floor above zero.

## How to fix
Use the loss that belongs to the output: cross entropy for logits, negative log-likelihood for log-probabilities, binary
cross entropy with logits for several independent labels.
"""

from traindx.core.cause import Cause, Clue, Fix

WRONG_LOSS = Cause(
    slug="wrong-loss",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("T403", if_seen=7.0, if_absent=-1.0, proves=True, from_start=True),
        Clue("T201", if_seen=0.3),
        Clue("T205", if_seen=0.3),
    ),
    fix=Fix(
        "Give the loss what it expects: log-probabilities to nll_loss, logits to cross_entropy.",
        {"pytorch": "loss = F.cross_entropy(logits, y)          # or F.nll_loss(F.log_softmax(logits, 1), y)"},
    ),
    proof="observed",
)
