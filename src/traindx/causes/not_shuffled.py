"""Training batches come in the order of the files, sorted by class.

## How it shows
Each batch holds one class or two. The loss falls within a class and leaps where the next one begins; in validation the network
names the class that it saw last. Or the loader shuffles and a seed is set in each epoch: order and augmentation repeat.

## How to tell it from its look-alikes
Samples that were stored in mixed order may be served in it: then batches hold all classes. A class that is rare is missing from
many batches in random order too. Episodes and class-balanced batches come from a sampler that makes them so.

## How to fix
`shuffle=True` in the training's loader, or a sampler.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import shuffle, sort_by_class

NOT_SHUFFLED = Cause(
    slug="not-shuffled",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B140", if_seen=8.5, if_absent=-4.0, proves=True),
        Clue("B148", if_seen=9.0, proves=True),
        Clue("B141", if_seen=1.5),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
    ),
    fix=Fix(
        "Shuffle the training's samples anew in each epoch; set seeds once, before the first.",
        {"pytorch": "DataLoader(train_set, batch_size=64, shuffle=True)"},
    ),
    proof="observed",
    undo=shuffle(),
    induce=sort_by_class(),
)
