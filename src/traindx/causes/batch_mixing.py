"""One sample's output depends on the other samples of its batch.

## How it shows
The loss may fall, more slowly than it could; validation, with other batches, is worse, and a single picture gets another answer
than in company.

## How to tell it from its look-alikes
Batch normalisation mixes samples on purpose, and only by their mean and variance. Contrastive losses compare samples, in the
loss. A reshape that changes the number of samples ends with an error in the loss: `shape-mismatch`. A softmax over the
samples is `wrong-output-activation`.

## How to fix
`batch_first=True`, or permute around the layer. To test: the gradient of one sample's output with regard to another's input is
zero.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

BATCH_MIXING = Cause(
    slug="batch-mixing",
    doc=__doc__,
    clues=(  # a guess
        Clue("M131", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("M132", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("M226", if_seen=9.0, if_absent=-3.0, proves=True),
    ),
    fix=Fix(
        "Keep the samples in the first axis: tell sequence layers that the batch comes first, and flatten behind it.",
        {"pytorch": "x = x.flatten(1)   # nn.TransformerEncoderLayer(d_model=64, nhead=4, batch_first=True)"},
    ),
    proof="observed",
)
