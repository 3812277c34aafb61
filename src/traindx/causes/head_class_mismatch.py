"""The width of the network's output does not fit the classes of the data, or of the checkpoint.

## How it shows
On the CPU the first loss ends with "Target 10 is out of bounds", on a GPU with "device-side assert triggered"; loading a
checkpoint ends with "size mismatch for fc.weight". With more outputs than classes nothing fails.

## How to tell it from its look-alikes
Ids that run 1..n for n outputs are `one-based-class-ids`. A few rows of a label file beyond all names are
`class-id-out-of-range`. A column against a vector is `shape-mismatch`.

## How to fix
Build the last layer for the classes that there are.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

HEAD_CLASS_MISMATCH = Cause(
    slug="head-class-mismatch",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V439", if_seen=5.0),
        Clue("V432", if_seen=5.0),
        Clue("M202", if_seen=3.0),
        Clue("S147", if_seen=3.0),
        Clue("M201", if_seen=11.0, if_absent=-2.0, proves=True),
        Clue("M121", if_seen=11.0, if_absent=-3.0, proves=True),
        Clue("M123", if_seen=11.0, proves=True),
        Clue("M122", if_seen=-6.0),
        Clue("M124", if_seen=2.0),
        Clue("D204", if_seen=-2.0),
        Clue("D205", if_seen=-4.0),
        Clue("T001", if_seen=0.3),
        Clue("T017", if_seen=0.2),
        Clue("T018", if_seen=0.2),
        Clue("T024", if_seen=1.0),
    ),
    fix=Fix(
        "Build the last layer for as many classes as the targets have, ids from 0.",
        {
            "pytorch": "model.fc = nn.Linear(model.fc.in_features, num_classes)",
            "huggingface": "from_pretrained(name, num_labels=num_classes, ignore_mismatched_sizes=True)",
        },
    ),
    proof="observed",
)
