"""The weights start so large that activations saturate or overflow, and the first loss is many times that of guessing.

## How it shows
Before the first step the signal grows in each layer, and the loss is far above chance (ln K for K classes). The first steps are
huge; then the loss falls from there to about chance, or is not finite, or sigmoid and tanh units sit in their flat ends.

## How to tell it from its look-alikes
Unscaled inputs make the first loss large too, but the gain of each layer is usual: it is the input that is in the hundreds.
A rate that is too high starts at chance and leaps after the first step. A softmax temperature or a loss that is a sum makes the
first loss large without a layer that grows.
Normalisation behind each layer makes large weights harmless.

## How to fix
Take the own initialisation out, or draw by He's or Xavier's rule.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import default_weights, scale_weights

INIT_TOO_LARGE = Cause(
    slug="init-too-large",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M216", if_seen=1.0),
        Clue("M214", if_seen=4.5, if_absent=-1.0),
        Clue("M212", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("M103", if_seen=9.0, if_absent=-5.0, proves=True),
        Clue("M105", if_seen=0.5),
        Clue("T101", if_seen=0.5),
        Clue("T102", if_seen=0.2),
        Clue("T103", if_seen=0.3),
        Clue("T104", if_seen=0.2),
        Clue("T105", if_seen=0.3),
        Clue("T201", if_seen=0.5),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.5),
        Clue("T402", if_seen=0.5),
    ),
    fix=Fix(
        "Leave the initialisation to torch, or draw the weights by the number of a layer's inputs (He, Xavier).",
        {
            "pytorch": "for m in model.modules():\n    if isinstance(m, (nn.Conv2d, nn.Linear)):\n"
            "        nn.init.kaiming_normal_(m.weight, nonlinearity='relu')"
        },
    ),
    proof="observed",
    undo=default_weights(),
    induce=scale_weights(15.0),
)
