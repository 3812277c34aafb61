"""The model stays in evaluation mode while it is trained.

## How it shows
Training steps run with `model.training` false, most often from the first validation on. Dropout is off and batch
normalisation uses statistics that no longer follow the weights: the curve bends or stalls after the first epoch.

## How to tell it from its look-alikes
A schedule event at the same step changes the rate, not the mode. A model that is validated in training mode has the
reverse fault. Normalisation layers that are frozen on purpose are set one by one; here the root itself is in evaluation mode.

## How to fix
Call `model.train()` after the validation, or at the start of every epoch.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import eval_mode, train_mode

LEFT_IN_EVAL_MODE = Cause(
    slug="left-in-eval-mode",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T303", if_seen=8.0, if_absent=-6.0, proves=True),
        Clue("T032", if_seen=9.0, proves=True),
        Clue("S221", if_seen=4.0),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T107", if_seen=0.5, near="mode"),
    ),
    fix=Fix(
        "Switch back to training mode after each validation.",
        {"pytorch": "for epoch in range(epochs):\n    model.train()\n    …\n    model.eval()\n    validate(model)"},
    ),
    proof="observed",
    undo=train_mode(),
    induce=eval_mode(after_step=20),
)
