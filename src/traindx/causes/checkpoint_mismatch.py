"""A checkpoint is loaded into a model or an optimizer that it does not fit.

## How it shows
The program ends in `load_state_dict` with missing, unexpected or unequal names.

## How to tell it from its look-alikes
A file that cannot be read at all is `poisoned-checkpoint`. With `strict=False` nothing is said, and what was not loaded is
`weights-not-loaded`.

## How to fix
Build the model as it was saved; or leave the head out and load the rest.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

CHECKPOINT_MISMATCH = Cause(
    slug="checkpoint-mismatch",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V439", if_seen=9.0, if_absent=-2.0),
        Clue("T018", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Build the model as the saved one was, or leave out what differs and look at what was not loaded.",
        {
            "pytorch": 'state = {k.removeprefix("module."): v for k, v in state.items() if not k.startswith("fc.")}\n'
            "missing, unexpected = model.load_state_dict(state, strict=False)\n"
            "print(missing, unexpected)"
        },
    ),
    proof="observed",
)
