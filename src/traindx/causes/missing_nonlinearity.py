"""Layers follow one another without a nonlinear function and collapse into one linear layer.

## How it shows
The loss falls, and ends where a linear model ends, however deep and wide the network is.

## How to tell it from its look-alikes
A model that is too small ends early too, and has activations. Low-rank factors, bottlenecks, depthwise-separable convolutions,
feature pyramids and inverted residuals have linear layers in a row on purpose; they are not named.

## How to fix
Put an activation behind every layer but the last.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import leave_activations_out, rectify_between

MISSING_NONLINEARITY = Cause(
    slug="missing-nonlinearity",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M220", if_seen=6.0, if_absent=-1.0),
        Clue("M255", if_seen=8.0),
        Clue("M219", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("M107", if_seen=9.0, if_absent=-4.0, proves=True),
        Clue("M108", if_seen=6.0, if_absent=-1.0),
    ),
    fix=Fix(
        "Put an activation between the layers that are named, or leave one of them out.",
        {"pytorch": "nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)   # in forward: x = F.relu(self.fc1(x))"},
    ),
    proof="observed",
    undo=rectify_between(),
    induce=leave_activations_out(),
)
