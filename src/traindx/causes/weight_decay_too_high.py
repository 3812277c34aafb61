"""Weight decay outweighs the data: the weights shrink whatever the pictures say.

## How it shows
The norm of the weights falls from the first steps on, and the loss stays high or comes back to chance. What the decay takes
off is as much as what the gradient asks for, or a multiple of it.

## How to tell it from its look-alikes
A rate that is too high throws the weights away in a few steps, and their norm grows. A model that is too small keeps its weights.
The large values of AdamW (0.05 to 0.3) are multiplied by the rate and do no harm there; in Adam and SGD they do.

## How to fix
0.0001 to 0.0005 with SGD, 0.01 to 0.3 with AdamW, nothing or AdamW instead of Adam with a decay.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.step_treatments import scale_weight_decay, shrink_weights

WEIGHT_DECAY_TOO_HIGH = Cause(
    slug="weight-decay-too-high",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T365", if_seen=8.5, if_absent=-4.0, proves=True),
        Clue("T103", if_seen=0.3),
        Clue("T105", if_seen=0.3),
        Clue("T102", if_seen=0.3),
        Clue("T201", if_seen=0.3),
        Clue("T203", if_seen=0.3),
        Clue("S139", if_seen=2.0),
    ),
    fix=Fix(
        "Lower the weight decay, and leave normalisation layers and biases out of it.",
        {
            "pytorch": "optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)\n"
            "# or AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)",
            "ultralytics": "yolo … weight_decay=0.0005",
            "huggingface": "TrainingArguments(weight_decay=0.05)",
        },
    ),
    proof="observed",
    undo=scale_weight_decay(0.01),
    induce=shrink_weights(0.02),
)
