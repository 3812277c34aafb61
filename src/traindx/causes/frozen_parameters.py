"""Parameters that should learn do not require gradients.

## How it shows
The weights that the optimizer holds, or the new output layer, keep their first values; the loss stands still or stays high.

## How to tell it from its look-alikes
Freezing a pretrained backbone while the head learns is no fault. Parameters in no optimizer require gradients and receive them
(`optimizer-missing-parameters`); behind a detach they require gradients and receive none (`broken-graph`).

## How to fix
Freeze before the new head is put in, or switch the gradients of what is to learn on again; build the optimizer after that.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import freeze, unfreeze

FROZEN_PARAMETERS = Cause(
    slug="frozen-parameters",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V447", if_seen=5.5),
        Clue("M244", if_seen=5.0, if_absent=-0.5),
        Clue("M243", if_seen=9.5, if_absent=-1.0, proves=True),
        Clue("T322", if_seen=9.5, if_absent=-3.0, proves=True),
        Clue("T031", if_seen=9.0, proves=True),
        Clue("T332", if_seen=9.0, proves=True),
        Clue("T323", if_seen=7.0, if_absent=-1.0),
        Clue("T302", if_seen=0.5),
        Clue("T020", if_seen=1.0),
        Clue("T001", if_seen=0.3),
        Clue("T202", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
        Clue("T107", if_seen=0.3, near="parameters"),
        Clue("S125", if_seen=8.0, proves=True),
    ),
    fix=Fix(
        "Switch gradients on for what is to learn, the new head above all, and give it to the optimizer.",
        {
            "pytorch": "for p in model.parameters():\n    p.requires_grad = False\n"
            "model.fc = nn.Linear(model.fc.in_features, classes)   # after freezing: it requires gradients\n"
            "optimizer = torch.optim.SGD(model.fc.parameters(), lr=…)",
            "ultralytics": "model.train(data=…, freeze=10)   # the number of layers, not the whole model",
        },
    ),
    proof="observed",
    undo=unfreeze(),
    induce=freeze(0.6),
)
