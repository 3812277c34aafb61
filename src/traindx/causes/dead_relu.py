"""Most units behind a ReLU never fire and get no gradient.

## How it shows
The share of units of a layer that are zero for every sample stays near 1 over many steps. The loss stalls; gradients of
the layers in front are zero.

## How to tell it from its look-alikes
A rate that is too high can kill units in its first steps: then a single update was a large part of the weights, and a
lower rate cures it. Here the units are dead without that, from biases, initialisation or inputs.
Sparse activations are healthy as long as every unit fires for some sample.

## How to fix
Reset large negative biases, use He initialisation, normalise in front of the ReLU; leaky ReLU or GELU keep a gradient.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import leaky_relu, shift_biases

DEAD_RELU = Cause(
    slug="dead-relu",
    doc=__doc__,
    clues=(  # T402, T103, T202 by bench/weights.py, the others are a guess: too few examples
        Clue("M217", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("T402", if_seen=4.0, if_absent=-2.0),
        Clue("T103", if_seen=1.8, if_absent=-1.4),
        Clue("T202", if_seen=2.0, if_absent=-0.5),
        Clue("T201", if_seen=-3.0),
        Clue("T205", if_seen=-3.0),
        Clue("B101", if_seen=-1.0),
        Clue("B244", if_seen=2.5),  # a guess: a twin
    ),
    fix=Fix(
        "Bring the units back: zero the biases, initialise by He, normalise before the ReLU, or use a leaky ReLU.",
        {"pytorch": "nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')\nnn.init.zeros_(layer.bias)"},
    ),
    proof="trial",
    undo=leaky_relu(0.1),
    induce=shift_biases(-10.0),
)
