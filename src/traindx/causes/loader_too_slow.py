"""Training waits for its loader.

## How it shows
Steps take a multiple of their own time; the device is idle in between. An epoch takes hours, and little seems to happen.

## How to tell it from its look-alikes
The first batch of each epoch is slow with workers that start anew. A tiny model on a fast loader also waits most of its time, and
nothing is lost. A hang never ends.

## How to fix
More workers, kept alive; smaller or cached pictures; cheaper transforms.
"""

from traindx.core.cause import Cause, Clue, Fix

LOADER_TOO_SLOW = Cause(
    slug="loader-too-slow",
    doc=__doc__,
    clues=(
        Clue("B144", if_seen=6.0, if_absent=-6.0),  # a guess until the benchmark sets it
        Clue("P213", if_seen=0.5),
        Clue("P221", if_seen=5.0),
    ),
    fix=Fix(
        "Give the loader workers, keep them alive, and make each sample cheaper.",
        {
            "pytorch": "DataLoader(…, num_workers=4, persistent_workers=True, pin_memory=True)",
            "ultralytics": "yolo … workers=8 cache=True",
            "huggingface": "TrainingArguments(dataloader_num_workers=4, dataloader_persistent_workers=True)",
        },
    ),
    proof="observed",
)
