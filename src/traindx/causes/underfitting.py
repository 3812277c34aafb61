"""Underfitting: the model does not even fit the pictures that it trains on, though the optimization works.

## How it shows
The training loss falls and then stands high above zero; training and validation metric are equally poor.

## How to tell it from its look-alikes
A rate that is too low, or one that came down too early, is still on a slope, or the updates are tiny against the weights.
Contradictory labels stop a training in the same way: the same pictures with checked labels are fitted. If a few dozen
pictures cannot be learnt by heart, something is broken rather than too weak. A run that is too short is still rising.

## How to fix
A larger or a pretrained model, more layers trained, inputs of higher resolution, less weight decay, dropout and augmentation,
and a rate that stays up for longer.
"""

from traindx.core.cause import Cause, Clue, Fix

UNDERFITTING = Cause(
    slug="underfitting",
    doc=__doc__,
    clues=(  # a guess
        Clue("V414", if_seen=5.0, if_absent=-2.0),
        Clue("V413", if_seen=1.0, if_absent=-0.5),
        Clue("V407", if_seen=-3.0),
        Clue("V402", if_seen=-4.0),
        Clue("V412", if_seen=-4.0),
        Clue("V403", if_seen=-3.0),
        Clue("T202", if_seen=-3.0),
    ),
    fix=Fix(
        "First let it learn a few dozen pictures by heart: if it cannot, something is broken. Then a larger or a pretrained "
        "model, more layers trained, less weight decay, dropout and augmentation, and a rate that stays up for longer.",
        {
            "pytorch": "model = torchvision.models.resnet50(weights='DEFAULT')  # all of it trained\nmodel.requires_grad_(True)",
            "ultralytics": "YOLO('yolo11m.pt').train(data=..., imgsz=960, epochs=300, weight_decay=0.0)",
            "lightning": "Trainer(overfit_batches=4)  # first: can it learn four batches by heart?",
            "huggingface": "TrainingArguments(num_train_epochs=30, weight_decay=0.0, learning_rate=1e-4)",
        },
    ),
    proof="observed",
)
