"""Raw pixel values, or other numbers far from 0..1, reach the network.

## How it shows
The first weighted layer receives numbers in the tens or hundreds. Without batch normalisation behind it the loss starts
far above chance, or the first steps throw the weights away at a rate that is usual for scaled inputs. Or they are a
hundred times smaller than usual (divided by 255 twice), and the loss hardly moves; or one channel outweighs the others.

## How to tell it from its look-alikes
A rate that is too high does the same on inputs of the usual scale. Wrong normalisation constants shift the mean and
keep the scale within a few units.

## How to fix
Divide pictures by 255 (`torchvision.transforms.ToTensor` does), then subtract mean and divide by deviation; do the same
in validation.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import scale_inputs, standardize_inputs

UNSCALED_INPUTS = Cause(
    slug="unscaled-inputs",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("B101", if_seen=11.0, if_absent=-3.0, proves=True, from_start=True),
        Clue("B102", if_seen=12.0, from_start=True),
        Clue("B110", if_seen=14.0, proves=True, from_start=True),  # a guess, as are the next two
        Clue("B111", if_seen=12.0, from_start=True),
        Clue("B112", if_seen=11.0, from_start=True),
        Clue("T201", if_seen=0.5),
        Clue("T203", if_seen=0.5),
        Clue("T101", if_seen=0.5),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.5),
    ),
    fix=Fix(
        "Scale the inputs to about mean 0 and deviation 1, in training and validation alike.",
        {"pytorch": "x = x.float() / 255\nx = (x - mean[:, None, None]) / std[:, None, None]"},
    ),
    proof="trial",
    undo=standardize_inputs(),
    induce=scale_inputs(255.0),
)
