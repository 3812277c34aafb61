"""The rate is at its highest from the first step on, and the first steps break what a warm-up would have spared.

## How it shows
The first few updates are many times larger than all later ones, the loss leaps or falls to that of guessing and stays. The
network is one of attention blocks or other blocks with layer normalisation, the optimizer Adam or one of its kin.

## How to tell it from its look-alikes
A rate that is too high for the whole run breaks it again whenever it recovers; a warm-up alone does not help there. With a warm-up
that is there the rate of the first steps is a small part of the highest.

## How to fix
A linear warm-up over a few hundred steps, or a twentieth of the run; and clip the norm of the gradients at 1.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import warm_up

MISSING_WARMUP = Cause(
    slug="missing-warmup",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T368", if_seen=3.5, if_absent=-2.0),
        Clue("T201", if_seen=0.5, from_start=True),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
    ),
    fix=Fix(
        "Warm the rate up over the first few hundred steps, or start lower.",
        {
            "pytorch": "warm = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=500)\n"
            "# after each batch: optimizer.step(); warm.step()",
            "huggingface": "TrainingArguments(warmup_ratio=0.05, max_grad_norm=1.0)",
            "ultralytics": "yolo … warmup_epochs=3",
            "lightning": 'return {"optimizer": optimizer, "lr_scheduler": {"scheduler": warm, "interval": "step"}}',
        },
    ),
    proof="observed",
    undo=warm_up(100),
)
