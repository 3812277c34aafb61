"""Batch norms see too few values to take a mean and a variance of.

## How it shows
A channel's statistics are those of two or three values (small batches behind pooling, or deep in a network for small
pictures), so that normalisation leaves little of them. The training loss stays high or swings, and the evaluation, with
running statistics, is unlike the training.

## How to tell it from its look-alikes
Small batches of large pictures have hundreds of values per channel, and are fine. A rate that is too high for the noise of a
small batch is cured by a smaller one; here it is not. Group and layer norm do not depend on the batch.

## How to fix
A larger batch, group norm, or frozen statistics with pretrained weights. Accumulated gradients do not help.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import scale_batch
from traindx.core.model_treatments import group_norm

BATCHNORM_SMALL_BATCH = Cause(
    slug="batchnorm-small-batch",
    doc=__doc__,
    clues=(  # guesses
        Clue("M251", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("T430", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("T436", if_seen=3.5, if_absent=-0.5),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("V408", if_seen=0.5),
        Clue("B246", if_seen=6.0, if_absent=-1.5),  # a guess: a twin
    ),
    fix=Fix(
        "Train with a larger batch, or replace the batch norms by group norm.",
        {"pytorch": "nn.GroupNorm(min(32, channels), channels)      # in place of nn.BatchNorm2d(channels)"},
    ),
    proof="observed",
    undo=group_norm(),
    induce=scale_batch(1 / 16),
)
