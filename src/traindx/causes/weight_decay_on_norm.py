"""Weight decay is applied to normalisation layers and biases as well.

## How it shows
One parameter group holds everything, at one decay. The scales of the normalisation layers shrink over a long run; the
metric is a little lower than that of the recipe.

## How to tell it from its look-alikes
A decay that is too high harms the whole run, from the start, and the loss shows it. This costs little, or nothing.

## How to fix
Two groups: decay for parameters with two dimensions or more, none for the others.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import decay_everywhere, no_decay_on_norms

WEIGHT_DECAY_ON_NORM = Cause(
    slug="weight-decay-on-norm",
    doc=__doc__,
    clues=(Clue("T366", if_seen=3.5, if_absent=-1.0),),  # a guess until the benchmark sets it
    fix=Fix(
        "Leave normalisation layers and biases out of the weight decay.",
        {
            "pytorch": "decay = [p for p in model.parameters() if p.ndim > 1]\n"
            "rest = [p for p in model.parameters() if p.ndim <= 1]\n"
            'groups = [{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}]\n'
            "optimizer = torch.optim.AdamW(groups, lr=1e-3)"
        },
    ),
    proof="observed",
    undo=no_decay_on_norms(),
    induce=decay_everywhere(),
)
