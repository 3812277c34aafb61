"""Red and blue are exchanged in a part of the pictures, or channels and pixels are mixed up on the way to the network.

## How it shows
The pictures of a split look blue where others are red. Training goes well and val does worse, most of all for classes that
are told by their colour; or the other way round where the training's pictures are the exchanged ones.

## How to tell it from its look-alikes
Other light, or another camera, moves colours too (`train-val-shift`): then exchanging red and blue does not bring them back.
A loader that exchanges the colours of all pictures alike shows in the batches and not in the files. Pictures that were reshaped
instead of permuted show pixels that are alike at a distance of three.

## How to fix
Write the pictures anew in the right order, or exchange them where they are read. OpenCV reads and writes blue first, Pillow and
torchvision red first.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import flip_channels

CHANNELS_SWAPPED = Cause(
    slug="channels-swapped",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("D335", if_seen=6.0, if_absent=-2.0),
        Clue("B121", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("B122", if_seen=9.0, if_absent=-1.0, proves=True, from_start=True),
        Clue("B221", if_seen=9.0, proves=True),
        Clue("B249", if_seen=6.0, if_absent=-1.0),  # a guess: a twin
    ),
    fix=Fix(
        "Exchange red and blue where pictures are read, or write those of that split anew; permute [H, W, 3], never reshape it.",
        {
            "pytorch": "picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)\nx = torch.from_numpy(picture).permute(2, 0, 1)"
        },
    ),
    proof="static",
    undo=flip_channels(),
    induce=flip_channels(),
)
