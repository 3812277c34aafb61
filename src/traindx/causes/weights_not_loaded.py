"""Pretrained weights were asked for and not loaded, or only in part, or thrown away again.

## How it shows
Nothing is said. The loss starts at chance, as from nothing, and falls as slowly; what is fine-tuned for few epochs stays poor.

## How to tell it from its look-alikes
A checkpoint that does not fit and says so is `checkpoint-mismatch`. A new head for other classes, a backbone that is loaded
alone and adapters leave names out on purpose: what was given fits. A training that was never given weights has no fault here.

## How to fix
Print what `load_state_dict` returns, take prefixes off the names, and load with `strict=True` where the whole model is meant.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

WEIGHTS_NOT_LOADED = Cause(
    slug="weights-not-loaded",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("M246", if_seen=9.0, if_absent=-1.0, proves=True),
        Clue("M111", if_seen=9.0, if_absent=-4.0, proves=True),
        Clue("M247", if_seen=9.0, proves=True),
        Clue("M113", if_seen=9.0, if_absent=-2.0, proves=True),
        Clue("M112", if_seen=6.5, if_absent=-1.0),
        Clue("M115", if_seen=9.0, proves=True),
        Clue("S207", if_seen=8.0, proves=True),
        Clue("S232", if_seen=6.0),
        Clue("S206", if_seen=1.0),
        Clue("S233", if_seen=0.5),
        Clue("S132", if_seen=5.0),
    ),
    fix=Fix(
        "Take the prefix off the names, look at what load_state_dict returns, and initialise before loading.",
        {
            "pytorch": 'state = {k.removeprefix("module."): v for k, v in state.items()}\n'
            "model.load_state_dict(state, strict=True)",
            "ultralytics": 'YOLO("yolov8n.pt")   # not the yaml with the weights of another size',
            "lightning": "model = LitModel.load_from_checkpoint(path)   # it knows the names of its own file",
        },
    ),
    proof="observed",
)
