"""A batch holds so much of the data that the run has too few steps.

## How it shows
One to five steps an epoch; the loss falls smoothly, and is still high and still falling when the epochs are over. The same number
of epochs with a smaller batch learns.

## How to tell it from its look-alikes
A rate that is too low moves the weights by less than a two-thousandth a step. Too few epochs: with a usual batch there are many
steps in each. A detached loss does not fall at all.

## How to fix
A smaller batch, or a rate and a number of epochs that are raised with it.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import scale_batch
from traindx.core.treatment import scale_lr

BATCH_TOO_LARGE = Cause(
    slug="batch-too-large",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T381", if_seen=5.0, if_absent=-2.0),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
    ),
    fix=Fix(
        "Lower the batch size, or raise rate and epochs with it.",
        {
            "pytorch": "loader = DataLoader(dataset, batch_size=32, shuffle=True)",
            "ultralytics": "yolo … batch=16",
            "huggingface": "TrainingArguments(per_device_train_batch_size=16)",
        },
    ),
    proof="trial",
    undo=scale_lr(10),  # arms have equal numbers of steps: smaller batches would see less
    induce=scale_batch(16),
)
