"""Too few epochs: training stopped while the model was still getting better, or before its warm-up had ended.

## How it shows
The metric rises by more than its noise over the last epochs, or the learning rate is still being raised at the end.

## How to tell it from its look-alikes
A learning rate that is too low also ends on a slope, but the slope is the same from the beginning and the updates are
tiny against the weights. A model that is too small has stopped rising.

## How to fix
Train for more epochs, from the start rather than resumed where the learning rate follows a schedule.
"""

from traindx.core.cause import Cause, Clue, Fix

TOO_FEW_EPOCHS = Cause(
    slug="too-few-epochs",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V491", if_seen=8.0),
        Clue("V407", if_seen=5.0, if_absent=-2.0),
        Clue("V403", if_seen=2.0, if_absent=-0.5),
        Clue("V411", if_seen=1.5, if_absent=-0.3),
        Clue("V413", if_seen=1.0),
        Clue("T384", if_seen=-4.0),  # a guess
        Clue("V402", if_seen=-3.0),
        Clue("V412", if_seen=-2.0),
        Clue("V404", if_seen=-2.0),
        Clue("V425", if_seen=-8.0),
        Clue("V427", if_seen=-8.0),
    ),
    fix=Fix(
        "Train for more epochs, from the start rather than resumed where the learning rate follows a schedule. If an epoch holds "
        "only a few batches, shorten the warm-up as well.",
        {
            "pytorch": "for epoch in range(3 * epochs): ...  # and T_max of the scheduler alike",
            "ultralytics": "model.train(data=..., epochs=300, patience=50)",
            "lightning": "Trainer(max_epochs=300)",
            "huggingface": "TrainingArguments(num_train_epochs=30)",
        },
    ),
    proof="observed",
)
