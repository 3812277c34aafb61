"""The learning rate is too high: steps overshoot, and the weights are thrown away.

## How it shows
The loss rises, oscillates, turns NaN, or sits at chance for good because the first steps destroyed the weights. The norm of
a single update is a large part of the norm of the weights (healthy: 0.002 to 0.04, `python bench/ratios.py`).

## How to tell it from its look-alikes
Missing `zero_grad`: the updates grow from step to step, and gradients are there before the backward pass.
Unscaled inputs: the first layer receives numbers in the hundreds; scaling them cures the run at the same rate.
Wrong labels: the loss also stays, and a smaller rate does not help; a trial decides.
A spike at a later epoch needs a rate that changed there.

## How to fix
Divide the rate by 3 until the loss falls from the first steps on; add a warm-up; check that the rate belongs to this
optimizer (0.01 to 0.1 suits SGD, 0.001 and less suits Adam) and to this batch size.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.treatment import scale_lr

LR_TOO_HIGH = Cause(
    slug="lr-too-high",
    doc=__doc__,
    clues=(  # by bench/weights.py where it has the check, T104, T205 and priors are a guess
        Clue("T361", if_seen=7.0),  # a guess
        Clue("T367", if_seen=7.0),  # a guess
        Clue("T201", if_seen=3.9, if_absent=-2.1),
        Clue("T205", if_seen=6.0, if_absent=-0.3),
        Clue("T104", if_seen=5.0),
        Clue("T107", if_seen=6.0, near="rate"),  # a guess
        Clue("T203", if_seen=2.4, if_absent=-0.5),
        Clue("T102", if_seen=2.0, if_absent=-0.1),
        Clue("T101", if_seen=2.1, if_absent=-0.2),
        Clue("T113", if_seen=4.0),  # a guess, and those of logs
        Clue("V415", if_seen=3.5, if_absent=-0.3),
        Clue("V416", if_seen=1.5),
        Clue("V418", if_seen=4.0),
        Clue("V404", if_seen=1.0),
        Clue("V405", if_seen=1.15),
        Clue("V490", if_seen=1.15),
        Clue("V425", if_seen=0.5),
        Clue("V426", if_seen=-5.0),
        Clue("V427", if_seen=5.5),
        Clue("V428", if_seen=-2.0),
        Clue("V496", if_seen=-2.0),
        Clue("V430", if_seen=7.0),
        Clue("V459", if_seen=4.0),
        Clue("T103", if_seen=0.9, if_absent=-0.3),
        Clue("T202", if_seen=-4.0),
        Clue("T383", if_seen=-2.0),
        Clue("T116", if_seen=-4.0),
        Clue("B101", if_seen=-5.0),  # a guess
        Clue("T301", if_seen=-3.0),
        Clue("T501", if_seen=6.0, if_absent=-2.0),  # a guess, and the other tryouts
        Clue("T502", if_seen=-4.0),
        Clue("T503", if_seen=-4.0),
    ),
    fix=Fix(
        "Lower the learning rate: divide by 10, then raise it as far as the loss still falls from the first steps.",
        {
            "pytorch": "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)   # Adam: 0.001 and less",
            "ultralytics": "yolo … optimizer=SGD lr0=0.01   # optimizer=auto ignores lr0 and momentum",
            "lightning": "Trainer(callbacks=[LearningRateFinder()])",
            "huggingface": "TrainingArguments(learning_rate=5e-5, warmup_ratio=0.05)",
        },
    ),
    proof="trial",
    prior=-2.5,
    undo=scale_lr(1 / 30),
    induce=scale_lr(300),
)
