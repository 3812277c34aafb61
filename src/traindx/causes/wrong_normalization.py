"""Inputs are normalised with constants that do not fit them, or twice.

## How it shows
The numbers that reach the network are far off centre, several times too large, or nearly constant. From scratch a network learns
more slowly or not at all; pretrained weights see pictures unlike those they know. It shows from the first step.

## How to tell it from its look-alikes
Raw pixels, in the hundreds, are `unscaled-inputs`. A normalisation that is only in training, or only in validation, is
`train-val-transform-mismatch`. Constants of another dataset, off by a tenth, are harmless.

## How to fix
Normalise once, with constants for the scale that the pictures have at that point: ImageNet's means of 0.485, 0.456, 0.406 are for
0..1, those of 123.7, 116.3, 103.5 for 0..255.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import normalize_again
from traindx.core.treatment import standardize_inputs

WRONG_NORMALIZATION = Cause(
    slug="wrong-normalization",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B113", if_seen=9.0, if_absent=-1.0, proves=True, from_start=True),
        Clue("B114", if_seen=9.0, if_absent=-1.0, from_start=True),
        Clue("B161", if_seen=9.0, proves=True),
        Clue("B162", if_seen=9.0, if_absent=-0.3, proves=True),
        Clue("B211", if_seen=8.0, proves=True),
        Clue("B212", if_seen=8.5, proves=True),
        Clue("B213", if_seen=9.0, proves=True),
        Clue("B215", if_seen=8.5, proves=True),
        Clue("B217", if_seen=4.0),
        Clue("B214", if_seen=8.5, proves=True),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("B250", if_seen=6.0, if_absent=-1.0),  # a guess: a twin
    ),
    fix=Fix(
        "Normalise once, with the constants for pictures of this scale.",
        {"pytorch": "T.Compose([T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])  # once"},
    ),
    proof="trial",
    undo=standardize_inputs(),
    induce=normalize_again(),
)
