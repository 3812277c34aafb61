"""The weights start so small that signal and gradient vanish on their way through the layers.

## How it shows
Before the first step, what tells one picture from another shrinks many times in each layer. The loss stands at chance from step
0 on, often for a hundred steps and more; gradients of all layers are tiny.

## How to tell it from its look-alikes
torch's default initialisation is not too small: its deviation is 0.58 over the root of the number of inputs, so that a layer
passes on 0.5 to 0.7 of the differences between samples. A fixed deviation of 0.01 is 9 to 18 times smaller for usual layers.
A deep stack of layers with usual weights loses the signal little by little: `missing-normalization-layer`.
With a learning rate that is too low the signal passes and the updates are small. Units that are all alike: `constant-init`.
Normalisation behind each layer makes small weights harmless, and a last layer that starts small or at zero is healthy.

## How to fix
Take the own initialisation out, or draw by He's rule.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import default_weights, scale_weights

INIT_TOO_SMALL = Cause(
    slug="init-too-small",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M211", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("M102", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("M114", if_seen=9.0, if_absent=-2.0, proves=True),  # a guess
        Clue("T106", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.5),
        Clue("T202", if_seen=0.3),
        Clue("T402", if_seen=0.1),
        Clue("B244", if_seen=1.0),  # a guess: a twin
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
    induce=scale_weights(0.02),
)
