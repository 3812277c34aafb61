"""The loader's worker processes cannot be started, or not with the dataset that they are to be given.

## How it shows
The training ends where the loader is iterated for the first time, with `Can't pickle`, `cannot pickle`, `bootstrapping
phase` or `Cannot re-initialize CUDA in forked subprocess`.

## How to tell it from its look-alikes
An error inside of `__getitem__` quotes the traceback of a worker that was started. With `num_workers=0` that one stays, and
this one goes.

## How to fix
Guard the script's body by `if __name__ == "__main__":`, and keep lambdas, locks, open files and CUDA tensors out of the
dataset.
"""

from __future__ import annotations

from traindx.core.cause import Cause, Clue, Fix

WORKERS_CANNOT_START = Cause(
    slug="workers-cannot-start",
    doc=__doc__,
    clues=(  # weights are a guess until the benchmark sets them
        Clue("V444", if_seen=9.0, if_absent=-2.0),
        Clue("T014", if_seen=9.0, if_absent=-6.0, proves=True),
        Clue("T001", if_seen=0.3),
    ),
    fix=Fix(
        "Guard the script's body, and keep what cannot be pickled (lambdas, locks, open files, CUDA "
        "tensors) out of the dataset.",
        {"pytorch": 'def main():\n    ...\n\nif __name__ == "__main__":\n    main()'},
    ),
    proof="observed",
)
