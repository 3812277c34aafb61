"""The samples of a batch do not have one shape, or one form, so that they cannot be stacked.

## How it shows
The first batch, or one of the first epoch, ends with `stack expects each tensor to be equal size`, `found <class
'PIL...'>`, `found NoneType` or a KeyError in `collate`.

## How to tell it from its look-alikes
A shape that a layer does not take is `shape-mismatch`: there the batch was made, and the model refuses it.

## How to fix
Resize both sides to one size, or give the loader a `collate_fn` that keeps lists of boxes as lists.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

UNEQUAL_SAMPLES = Cause(
    slug="unequal-samples",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V483", if_seen=9.0, if_absent=-2.0),
        Clue("T013", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Bring all samples to one shape in the transform, or give the loader a collate_fn that keeps "
        "what differs as a list.",
        {
            "pytorch": "transform = v2.Compose([v2.ToImage(), v2.Resize((224, 224)), v2.ToDtype(torch.float32, "
            "scale=True)])\n"
            "# boxes of different number:\n"
            "DataLoader(train_set, batch_size=16, collate_fn=lambda batch: tuple(zip(*batch)))"
        },
    ),
    proof="observed",
)
