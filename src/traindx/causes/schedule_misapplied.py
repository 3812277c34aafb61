"""The learning rate schedule is not applied as it was planned.

## How it shows
The applied rate and the plan part: the rate falls to nothing within the first batches and the loss stands still, a warm-up
never comes up, a cosine rises again, or the rate stays constant although a scheduler was made. The recording holds the plan of
each scheduler, every call of it with the line that makes it, and the rate of each step.

## How to tell it from its look-alikes
A rate that is too low from the start moves the weights as little in the first steps as in the last. A rate that is too high
breaks the run in its first steps. A run that was cut short on purpose follows its plan as far as it goes. Restarts and
cyclic schedules rise again by their own design.

## How to fix
Step the scheduler as often as its plan counts: after each epoch with `T_max=epochs`, or after each batch with
`T_max=epochs * len(loader)`; after `optimizer.step()`; and build it from the optimizer that trains.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import decay_rate, hold_rate

SCHEDULE_MISAPPLIED = Cause(
    slug="schedule-misapplied",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T350", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("T351", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("T352", if_seen=8.5, if_absent=-0.5, proves=True),
        Clue("T353", if_seen=8.5, if_absent=-0.5, proves=True),
        Clue("T354", if_seen=6.0, if_absent=-0.5, proves=True),
        Clue("T355", if_seen=8.0, if_absent=-0.2, proves=True),
        Clue("T356", if_seen=8.0, if_absent=-0.2, proves=True),
        Clue("T357", if_seen=8.0, if_absent=-0.2, proves=True),
        Clue("T358", if_seen=6.0, proves=True),
        Clue("T359", if_seen=6.0, proves=True),
        Clue("T360", if_seen=8.0, proves=True),
        Clue("T363", if_seen=8.0, proves=True),
        Clue("T374", if_seen=8.5, proves=True),
        Clue("T384", if_seen=8.5),
        Clue("T101", if_seen=0.3),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T107", if_seen=0.5, near="rate"),
        Clue("T106", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T202", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("S126", if_seen=2.0),
        Clue("V425", if_seen=0.5),
        Clue("V428", if_seen=6.0),
        Clue("V430", if_seen=1.0),
        Clue("S141", if_seen=2.0),
        Clue("S150", if_seen=2.0),
        Clue("S151", if_seen=1.0),
        Clue("S152", if_seen=4.0),
        Clue("S153", if_seen=4.0),
        Clue("S156", if_seen=4.0),
        Clue("S157", if_seen=4.0),
        Clue("S164", if_seen=8.5, proves=True),
        Clue("S158", if_seen=2.0),
        Clue("S154", if_seen=8.0, proves=True),
    ),
    fix=Fix(
        "Step the scheduler as its plan counts, after the optimizer, and build it from the optimizer that trains.",
        {
            "pytorch": "scheduler = CosineAnnealingLR(optimizer, T_max=epochs)\nfor epoch in range(epochs):\n"
            "    for batch in loader:\n        …\n        optimizer.step()\n    scheduler.step()   # once an epoch",
            "lightning": 'return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}\n'
            '# T_max=self.trainer.estimated_stepping_batches with "step", max_epochs with "epoch"',
            "huggingface": "get_cosine_schedule_with_warmup(optimizer, warmup_steps, epochs * len(loader))   # steps, not epochs",
            "ultralytics": "yolo … cos_lr=True lrf=0.01 warmup_epochs=3   # it steps its schedule once an epoch itself",
        },
    ),
    proof="observed",
    undo=hold_rate(),
    induce=decay_rate(0.9),
)
