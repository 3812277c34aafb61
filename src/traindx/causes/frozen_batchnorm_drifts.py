"""Layers that were frozen still update their running statistics.

## How it shows
The weights of batch norms do not learn, and the layers run in training mode: their running statistics move with every batch.
What the frozen part computes changes, although none of its weights does.

## How to tell it from its look-alikes
Frozen layers in evaluation mode stay as they are. Letting the statistics follow the new pictures is also done on purpose,
with batches that are large enough: without a sign that the freeze was meant to hold, this is a note.

## How to fix
Put the frozen part into evaluation mode after every `model.train()`, or override `train`.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import frozen_norms_stay

FROZEN_BATCHNORM_DRIFTS = Cause(
    slug="frozen-batchnorm-drifts",
    doc=__doc__,
    clues=(  # guesses
        Clue("T433", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T432", if_seen=6.0, if_absent=-6.0, proves=True),
    ),
    fix=Fix(
        "Put the frozen layers into evaluation mode each time after model.train().",
        {
            "pytorch": "model.train()\nmodel.backbone.eval()      # after every model.train()",
            "lightning": "def on_train_epoch_start(self):\n    self.backbone.eval()",
        },
    ),
    proof="observed",
    undo=frozen_norms_stay(),
)
