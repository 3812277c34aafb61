"""Softmax or sigmoid is applied before a cross entropy that applies its own.

## How it shows
The outputs that reach the loss are between 0 and 1, behind softmax they sum to 1. The loss falls slowly and stops at or above
-ln(e / (e + K - 1)): 0.313, 1.461, 3.403, 5.910 for 2, 10, 80, 1000 classes; the binary one with logits at 0.313 for positives
and 0.693 for negatives.

## How to tell it from its look-alikes
A rate that is too low leaves the loss near ln K with free logits. Wrong labels leave it near ln K as well; here it has a
floor, and the sums are exact. `log_softmax` before cross entropy changes nothing.

## How to fix
Leave the activation out of the model (or use `NLLLoss` on `log_softmax`, `BCELoss` on the sigmoid), and apply it for
predictions only.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import raw_scores
from traindx.core.treatment import softmax_before_loss

SOFTMAX_BEFORE_CROSS_ENTROPY = Cause(
    slug="softmax-before-cross-entropy",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M221", if_seen=5.5, if_absent=-1.0),
        Clue("T401", if_seen=9.0, if_absent=-3.0, proves=True, from_start=True),
        Clue("T404", if_seen=9.0, if_absent=-3.0, proves=True, from_start=True),
        Clue("T341", if_seen=14.0, proves=True, from_start=True),
        Clue("T103", if_seen=0.5),
        Clue("T203", if_seen=0.3),
        Clue("T202", if_seen=0.3),
    ),
    fix=Fix(
        "Return logits from the model and let the loss apply softmax.",
        {"pytorch": "logits = model(x)  # no softmax in the model\nloss = F.cross_entropy(logits, y)"},
    ),
    proof="observed",
    undo=raw_scores(),
    induce=softmax_before_loss(),
)
