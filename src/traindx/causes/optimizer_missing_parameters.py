"""Trainable parameters are held by no optimizer and never change.

## How it shows
Some parameters receive gradients and keep their initial values. The loss falls more slowly or to a worse level than it
should, without any error.

## How to tell it from its look-alikes
Frozen parameters do not require gradients, so they receive none. A rate that is too low moves every parameter a little.

## How to fix
Build the optimizer after the model is complete (new head, device, wrapping), from `model.parameters()`. If the part is
meant to be frozen, say so with `requires_grad_(False)`: that also saves the backward pass. Layers in a Python list are none of
the model's parameters: put them into `nn.ModuleList`.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import optimize_all_parameters, withhold_parameters

OPTIMIZER_MISSING_PARAMETERS = Cause(
    slug="optimizer-missing-parameters",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T333", if_seen=9.0, proves=True),
        Clue("M245", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("T302", if_seen=8.0, if_absent=-4.0, proves=True),
        Clue("T331", if_seen=9.0, proves=True),
        Clue("S163", if_seen=1.5),
        Clue("S208", if_seen=5.5),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
        Clue("T202", if_seen=0.3),
    ),
    fix=Fix(
        "Give every trainable parameter to the optimizer, or freeze it on purpose with requires_grad_(False).",
        {"pytorch": "optimizer = torch.optim.SGD(model.parameters(), lr=…)   # after the model is complete"},
    ),
    proof="observed",
    undo=optimize_all_parameters(),
    induce=withhold_parameters(0.5),
)
