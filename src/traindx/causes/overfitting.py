"""Overfitting: the model learns the training pictures by heart and becomes worse on those it has not seen.

## How it shows
The training loss goes on falling, the validation loss turns and rises, and the metric falls from its best.

## How to tell it from its look-alikes
A validation loss that rises while the metric rises or is good (a classifier that grows confident, an objectness loss that
moves on its own) is not overfitting; one that rises far while the metric gains nothing is likely to be. A metric that breaks
down without a falling training loss is a diverged run. A validation split that is unlike the training split shows the gap
from the first epoch on, not after a turn.

## How to fix
Use the weights of the best epoch, and stop on the metric. To get further: more or more varied pictures, stronger
augmentation, weight decay or dropout, a smaller model, frozen early layers.
"""

from traindx.core.cause import Cause, Clue, Fix

OVERFITTING = Cause(
    slug="overfitting",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V492", if_seen=5.0),
        Clue("V402", if_seen=6.0, if_absent=-3.0, proves=True),
        Clue("V412", if_seen=8.5),  # V402 then passed, and counts against it
        Clue("V404", if_seen=1.0),
        Clue("V455", if_seen=7.5),
        Clue("V407", if_seen=-2.0),
        Clue("V429", if_seen=-6.0),
        Clue("V450", if_seen=-6.0),
        Clue("B251", if_seen=1.0),  # a guess: a twin
    ),
    fix=Fix(
        "Use the weights of the best epoch. To get further: more or more varied pictures, stronger augmentation, weight decay "
        "or dropout, a smaller model, frozen early layers, and early stopping on the metric.",
        {
            "pytorch": "if metric > best:\n    best = metric\n    torch.save(model.state_dict(), 'best.pt')",
            "ultralytics": "model.train(data=..., patience=20, weight_decay=0.001, mixup=0.1)  # then use weights/best.pt",
            "lightning": "Trainer(callbacks=[EarlyStopping('val_loss', patience=10), ModelCheckpoint(monitor='val_loss')])",
            "huggingface": "TrainingArguments(load_best_model_at_end=True, metric_for_best_model='eval_loss')",
        },
    ),
    proof="observed",
)
