"""Labels do not belong to their inputs.

## How it shows
Everything mechanical is right, and the loss stays at that of guessing. A large model learns its training samples by heart after
many epochs, while validation stays at chance.

## How to tell it from its look-alikes
Gradients flow, updates have their usual size, inputs vary: a rate, a mode or an order of calls that is wrong shows by itself.
Validation at chance can also come from inputs that are prepared otherwise there, or from ids that mean other classes.

## How to fix
Sort file lists before pairing them (`sorted(glob(…))`), shuffle pictures and labels with one permutation, and look at
twenty samples with their labels. To prove it: train on labels that are shuffled on purpose; where the loss falls just as far, the
labels at hand say nothing about the pictures.
"""

from traindx.core.cause import Cause, Clue, Fix

SHUFFLED_LABELS = Cause(
    slug="shuffled-labels",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B145", if_seen=5.5, if_absent=-1.5),
        Clue("B146", if_seen=5.5, if_absent=-1.5),
        Clue("V413", if_seen=1.0),
        Clue("V436", if_seen=1.0),
        Clue("V429", if_seen=3.0),
        Clue("B152", if_seen=5.5, if_absent=-1.5),
        Clue("B153", if_seen=9.0, proves=True),
        Clue("D240", if_seen=6.5),
        Clue("D242", if_seen=9.0, proves=True),
        Clue("D519", if_seen=9.0, proves=True),
        Clue("B205", if_seen=7.0),
        Clue("B206", if_seen=8.0, proves=True),
        Clue("T103", if_seen=2.2, if_absent=-0.5, from_start=True),
        Clue("T105", if_seen=1.4, if_absent=-0.5),
        Clue("V474", if_seen=-6.0),
        Clue("B120", if_seen=-5.0),
        Clue("B121", if_seen=-3.0),
        Clue("B101", if_seen=-4.0),
        Clue("B110", if_seen=-4.0),
        Clue("B113", if_seen=-3.0),
        Clue("B114", if_seen=-4.0),
        Clue("B140", if_seen=-4.0),
        Clue("T101", if_seen=-2.0),
        Clue("T102", if_seen=-2.0),
        Clue("T201", if_seen=-2.0),
        Clue("T202", if_seen=-4.0),
        Clue("T203", if_seen=-2.0),
        Clue("T301", if_seen=-4.0),
        Clue("T303", if_seen=-3.0),
        Clue("T402", if_seen=-2.0),
        Clue("T401", if_seen=-4.0),
        Clue("T511", if_seen=-2.0),  # labels of any kind are learned by heart
        Clue("B251", if_seen=6.5, if_absent=-5.0),  # a guess: a twin
    ),
    fix=Fix(
        "Pair pictures and labels by name, number all samples of a batch, also those without a box, and look at twenty of them; "
        "train on labels shuffled on purpose as a control.",
        {"pytorch": "pictures = sorted(glob(…))\nlabels = [label_of(path) for path in pictures]"},
    ),
    proof="observed",
)
