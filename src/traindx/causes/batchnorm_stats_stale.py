"""The running statistics of batch norms do not describe the data that the model is evaluated on.

## How it shows
The training loss falls, and in evaluation mode the same model is far worse. The running variance is still near 1, where the
layers began, while the batches have another one; or the statistics are those of the last batch.

## How to tell it from its look-alikes
Overfitting: the running statistics fit the batches, and the gap grows slowly. A validation set that is unlike the
training set: the statistics fit the training batches. A model left in evaluation mode does not update them at all, and is
told by its mode.

## How to fix
A usual momentum (0.1, 0.01), more steps, or the statistics computed anew before the evaluation. An average of the weights needs
the statistics too.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.model_treatments import norm_momentum

BATCHNORM_STATS_STALE = Cause(
    slug="batchnorm-stats-stale",
    doc=__doc__,
    clues=(  # guesses
        Clue("T431", if_seen=9.0, if_absent=-3.0, proves=True),
        Clue("T437", if_seen=7.0, if_absent=-1.0),
        Clue("T438", if_seen=9.0, proves=True),
        Clue("S220", if_seen=9.0, proves=True),
        Clue("S223", if_seen=8.5, proves=True),
        Clue("S221", if_seen=5.0),
        Clue("S222", if_seen=0.5),
        Clue("V402", if_seen=0.3),
        Clue("V453", if_seen=3.0),
        Clue("V450", if_seen=5.0),
        Clue("V408", if_seen=0.5),
        Clue("B245", if_seen=6.0, if_absent=-1.5),  # a guess: a twin
    ),
    fix=Fix(
        "Give batch norms a momentum that follows (0.1, or 0.01 for long runs: the share of the new batch), and an average of the "
        "weights their statistics too.",
        {
            "pytorch": "nn.BatchNorm2d(channels, momentum=0.1)\n"
            "torch.optim.swa_utils.update_bn(loader, model)   # statistics anew\n"
            "average = AveragedModel(model)                   # follows them by itself"
        },
    ),
    proof="observed",
    undo=norm_momentum(0.1),
    induce=norm_momentum(1e-4),
)
