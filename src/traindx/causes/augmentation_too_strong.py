"""Augmentation leaves too little of the pictures to learn from.

## How it shows
The loss falls slowly or stays at chance in training, and the same weights do better on clean pictures. Training pictures are
rougher (noise), smoother (blur, tiny crops) or paler than those of validation, or have lost most of their boxes.

## How to tell it from its look-alikes
Mixing, erasing and mosaic as usual also keep the training loss above that of validation, and validation rises steadily.
A rate that is too low does badly on clean pictures too.

## How to fix
Train without augmentation first; where that learns, put the transforms back one by one, weaker.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import no_augmentation

AUGMENTATION_TOO_STRONG = Cause(
    slug="augmentation-too-strong",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B124", if_seen=4.5, if_absent=-2.0, from_start=True),
        Clue("B216", if_seen=6.0),
        Clue("B207", if_seen=5.5, if_absent=-1.0),
        Clue("B203", if_seen=3.0),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("B120", if_seen=-3.0),
        Clue("S140", if_seen=2.0),
        Clue("B252", if_seen=5.0),
        Clue("B251", if_seen=0.0, if_absent=-2.0),  # a guess: a twin
    ),
    fix=Fix(
        "Train without augmentation first, then put transforms back one by one, weaker.",
        {
            "pytorch": "T.RandomResizedCrop(size, scale=(0.35, 1.0)), T.RandomHorizontalFlip()",
            "ultralytics": "yolo … mosaic=0 mixup=0 degrees=0 scale=0.2 hsv_h=0 hsv_s=0 hsv_v=0",
        },
    ),
    proof="observed",
    undo=no_augmentation(),
)
