"""A batch that is too small for what is computed over it, where its size is written out once."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from traindx.remedy.case import Case
from traindx.remedy.edit import Edit, replaced
from traindx.remedy.expressions import number

CAUSES = ("batchnorm-small-batch", "batch-too-small")
NAMES = ("batch_size", "batch", "bs", "train_batch_size", "per_device_train_batch_size")
USUAL = 32


def edits(case: Case) -> Sequence[Edit]:
    """The only argument of such a name whose number is the batch that was recorded."""
    sizes = {int(line["batch_size"]) for line in case.recording.lines.get("loader", ()) if line.get("batch_size")}
    found = [
        replaced(script, arg.value, str(USUAL), f"{arg.keyword.value} {size} becomes {USUAL}")
        for script in case.scripts
        for arg in script.of(cst.Arg)
        if arg.keyword is not None and arg.keyword.value in NAMES
        for size in sizes
        if number(arg.value) == size and size < USUAL
    ]
    return found if len(found) == 1 else ()
