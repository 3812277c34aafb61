"""The optimizer does not suit the model, or has the rate of another optimizer.

## How it shows
Adam with a rate of 0.1 throws the weights away in its first steps; SGD with Adam's 0.001 hardly moves; Adadelta below 1 stands
still; Rprop follows the noise of the batches; one that is built anew for each step remembers nothing. A transformer under plain
SGD learns many times slower than under AdamW.

## How to tell it from its look-alikes
A rate that is only too high or too low for its own optimizer is the same fault in a smaller dose: the remedy is the rate. Wrong
labels and detached losses stay where they are with every optimizer.

## How to fix
AdamW at 0.001 or less, or SGD with momentum 0.9 at 0.01 to 0.1; for transformers AdamW with a warm-up.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import other_optimizer

WRONG_OPTIMIZER = Cause(
    slug="wrong-optimizer",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T369", if_seen=8.0, if_absent=-0.5, proves=True),
        Clue("T372", if_seen=9.0, proves=True),
        Clue("T367", if_seen=4.0, if_absent=-0.5, from_start=True),
        Clue("T383", if_seen=4.0, if_absent=-0.5, from_start=True),
        Clue("T201", if_seen=0.3),
        Clue("T202", if_seen=0.3),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("T205", if_seen=0.3),
        Clue("S135", if_seen=2.0),
        Clue("S136", if_seen=0.3),
        Clue("S144", if_seen=2.0),
    ),
    fix=Fix(
        "Take the optimizer that the recipe of the model names, with its own rate.",
        {
            "pytorch": "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
            "# or torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)",
            "ultralytics": "yolo … optimizer=AdamW lr0=0.001   # or optimizer=SGD lr0=0.01",
            "huggingface": 'TrainingArguments(optim="adamw_torch", learning_rate=5e-5)',
        },
    ),
    proof="trial",
    undo=other_optimizer(),
)
