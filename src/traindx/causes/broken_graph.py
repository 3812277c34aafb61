"""The way from the loss back to the weights is cut: by a detach, a number, a new tensor, or switched-off gradients.

## How it shows
All or some of the parameters that are to be trained never receive a gradient. The loss stands still; or it falls, as the layers
behind the cut learn alone; or the loss is made of another output than the one that validation is judged by.

## How to tell it from its look-alikes
Frozen parameters do not require gradients (`frozen-parameters`); with a rate that is too low, or a clip that is too tight,
gradients arrive and the updates are small; cleared gradients were there when the backward pass was over
(`missing-optimizer-step`).

## How to fix
Keep the loss a tensor from the model's output to `backward()`: no `.item()`, `.detach()`, `.data`, `.numpy()`, `argmax` or new
`torch.tensor` in between, and no `torch.no_grad()` around the training's forward pass.
"""

from traindx.core.cause import Cause, Clue, Fix

BROKEN_GRAPH = Cause(
    slug="broken-graph",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V447", if_seen=6.5),
        Clue("M242", if_seen=2.0),
        Clue("M241", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("M256", if_seen=5.0),
        Clue("T320", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("T321", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("T426", if_seen=9.0, proves=True),
        Clue("T389", if_seen=11.0, if_absent=-0.5),  # a guess
        Clue("T330", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("T020", if_seen=1.5),
        Clue("T407", if_seen=-5.0),
        Clue("T001", if_seen=0.3),
        Clue("T202", if_seen=0.5),
        Clue("T103", if_seen=0.5),
        Clue("T105", if_seen=0.3),
        Clue("T106", if_seen=0.3),
        Clue("T511", if_seen=2.0, if_absent=-4.0),  # a guess
        Clue("T503", if_seen=1.5, if_absent=-2.0),  # a guess
        Clue("B251", if_seen=-3.0, if_absent=-5.0),  # a guess: a twin
    ),
    fix=Fix(
        "Keep the loss a tensor with its graph: take out what detaches it, and let the training's forward pass compute gradients.",
        {
            "pytorch": "loss = criterion(model(x), y)   # no .item(), .detach(), .data, torch.tensor(loss), no_grad\n"
            "loss.backward()\ntotal += loss.item()   # numbers for the log alone"
        },
    ),
    proof="observed",
)
