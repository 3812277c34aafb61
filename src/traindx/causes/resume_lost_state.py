"""A training that goes on from a checkpoint does not get all of its state back.

## How it shows
The weights are there and the loss starts low, but it jumps in the first steps: the optimizer begins without momentum and averages,
the schedule at its start, so that the rate is back at its highest. Every resume costs again what the last epochs had gained.

## How to tell it from its look-alikes
Fine-tuning takes the weights on purpose and begins the rest anew: it reads no saved epoch. Weights that were not loaded start
at the loss of chance. A schedule that is planned wrongly does so in the first run as well.

## How to fix
Save and give back all four: model, optimizer, scheduler, gradient scaler (and an average of the weights where there is one), and
go on with the saved epoch plus one.
"""

from traindx.core.cause import Cause, Clue, Fix

RESUME_LOST_STATE = Cause(
    slug="resume-lost-state",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets them
        Clue("T370", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("T371", if_seen=8.5, if_absent=-1.0, proves=True),
        Clue("S216", if_seen=8.0, proves=True),
        Clue("S210", if_seen=5.5),
        Clue("S211", if_seen=5.0),
        Clue("S212", if_seen=5.0),
        Clue("S213", if_seen=5.0),
        Clue("S215", if_seen=5.0),
        Clue("S214", if_seen=0.5),
        Clue("S217", if_seen=0.3),
        Clue("S218", if_seen=0.3),
        Clue("T102", if_seen=0.3),
        Clue("T103", if_seen=0.3),
    ),
    fix=Fix(
        "Give the optimizer, the scheduler and the gradient scaler their saved states back, not the model alone.",
        {
            "pytorch": 'checkpoint = torch.load(path)\nmodel.load_state_dict(checkpoint["model"])\n'
            'optimizer.load_state_dict(checkpoint["optimizer"])\nscheduler.load_state_dict(checkpoint["scheduler"])\n'
            'start_epoch = checkpoint["epoch"] + 1',
            "lightning": 'trainer.fit(model, loader, ckpt_path="last.ckpt")   # load_from_checkpoint takes the weights alone',
            "huggingface": "trainer.train(resume_from_checkpoint=True)",
            "ultralytics": "yolo train resume model=runs/detect/train/weights/last.pt   # not best.pt as a new model",
        },
    ),
    proof="observed",
)
