"""The model stays in training mode while it is validated.

## How it shows
The forward passes of the validation run with `model.training` true: dropout is active, and batch norms use the statistics
of the validation batch and let them into the running ones. The metric depends on the batch size and on chance; the saved
model, evaluated properly, gives other numbers.

## How to tell it from its look-alikes
Drawing several answers with dropout on purpose switches dropout layers alone, and happens beside a validation in evaluation
mode. Detectors that return losses in training mode only are validated in it for their losses. A validation without
`torch.no_grad()` in evaluation mode costs memory and nothing else.

## How to fix
Call `model.eval()` before the validation and `model.train()` after it, and wrap it in `torch.no_grad()`.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import eval_at_validation, train_at_validation

LEFT_IN_TRAIN_MODE = Cause(
    slug="left-in-train-mode",
    doc=__doc__,
    clues=(  # guesses
        Clue("T420", if_seen=9.0, if_absent=-5.0, proves=True),
        Clue("T422", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("T421", if_seen=9.0, if_absent=-0.5, proves=True),
        Clue("V475", if_seen=12.0),  # whatever the mode of the model is
        Clue("V402", if_seen=0.3),
        Clue("V408", if_seen=0.5),
    ),
    fix=Fix(
        "Switch to evaluation mode before each validation, and back after it.",
        {
            "pytorch": "model.eval()\nwith torch.no_grad():\n    validate(model)\nmodel.train()",
            "lightning": "# Lightning does this around validation_step; in loops of your own call self.eval() and self.train()",
        },
    ),
    proof="observed",
    undo=eval_at_validation(),
    induce=train_at_validation(),
)
