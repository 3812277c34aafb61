"""Training and validation prepare their pictures in different ways.

## How it shows
The loss falls in training, and validation stays near chance, or moves up and down, from the first epoch on. The numbers that
reach the network have another range in validation: not normalised, not divided by 255, or drawn at random there too.

## How to tell it from its look-alikes
Pictures that are unlike themselves (`train-val-shift`) move a little in light and colour and keep the ends of their range.
A network that is validated in training mode receives the right inputs. Overfitting starts with both together and parts later.

## How to fix
One function that makes the transforms of both, in which only what is random depends on the split.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import validate_as_trained

TRAIN_VAL_TRANSFORM_MISMATCH = Cause(
    slug="train-val-transform-mismatch",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B120", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("B121", if_seen=4.0),
        Clue("B123", if_seen=7.0, if_absent=-0.3),
        Clue("B220", if_seen=9.0, proves=True),
        Clue("B221", if_seen=5.0),
        Clue("B222", if_seen=5.5),
        Clue("B223", if_seen=5.0),
        Clue("B145", if_seen=1.0),
        Clue("B162", if_seen=-5.0),
    ),
    fix=Fix(
        "Prepare pictures of validation as those of training, without what is random.",
        {
            "pytorch": "normalize = T.Compose([T.ToTensor(), T.Normalize(mean, std)])\n"
            "train = T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), normalize])\n"
            "val = T.Compose([T.Resize(256), T.CenterCrop(224), normalize])",
        },
    ),
    proof="observed",
    undo=validate_as_trained(),
)
