"""Every gradient is clipped to a small share of itself, and the steps are too short.

## How it shows
The limit, not the rate, sets the length of each step: updates are a vanishing part of the weights, and the loss hardly falls.

## How to tell it from its look-alikes
A rate that is too low has short steps without a clip. A clip that is always active does no harm with an adaptive optimizer,
or where the steps that are left are long enough. Gradients that were still scaled are `clip-before-unscale`.

## How to fix
Set the limit near the gradients' usual norm, or raise the rate with it.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import clip_gradients, no_clipping

CLIP_TOO_TIGHT = Cause(
    slug="clip-too-tight",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("T327", if_seen=9.0, if_absent=-5.0, proves=True),
        Clue("T202", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
    ),
    fix=Fix(
        "Raise the limit to the usual norm of the gradients, so that outliers alone are cut.",
        {
            "pytorch": "norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=…)   # log norm, and choose by it"
        },
    ),
    proof="observed",
    undo=no_clipping(),
    induce=clip_gradients(1e-3),
)
