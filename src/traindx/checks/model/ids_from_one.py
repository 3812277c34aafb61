"""M122: class ids count from 1 while the outputs count from 0."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.model.ids_beyond_outputs import failing
from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.raised import raised_of
from traindx.core.recording import Recording


@check("M122", level="error")
def ids_from_one(recording: Recording) -> Iterator[Finding | Measured]:
    """The loss failed on class ids 1 to n where the network has n outputs: no target has id 0.

    ## Why is this bad?
    Every class is one off, and the last one has no output.

    ## How to fix
    Subtract one: `target - 1`, or number the classes from 0 where the labels are read.

    Looked at only where a loss function failed and its batch could be read. A batch that lacks class 0 by chance is told
    apart where it has enough targets: that none of `count` targets among n classes has id 0 must be less likely than 5 %.
    """
    lines = [line for line in recording.lines.get("failed_loss", ()) if "id_max" in line]
    raised = raised_of(recording)
    if not lines or raised is None:
        return
    line = lines[-1]
    outputs = int(line["shape"][1] if len(line["shape"]) > 1 else line["shape"][0])
    yield Measured(
        "least and largest class id", f"{line['id_min']} and {line['id_max']}", f"0 and at most {outputs - 1}"
    )
    unlikely = outputs > 0 and (1 - 1 / outputs) ** int(line["count"]) < 0.05
    if raised.says("out of bounds") and line["id_min"] == 1 and line["id_max"] == outputs and unlikely:
        text = f"the class ids of {line['count']} targets run 1..{outputs} and should run 0..{outputs - 1}"
        yield Finding(raised.place, text)


@ids_from_one.fires_on
def ten_classes_from_one() -> Facts:
    return failing([64, 10], list(range(1, 11)), "Target 10 is out of bounds.")


@ids_from_one.quiet_on
def too_few_outputs() -> Facts:
    return failing([64, 9], list(range(10)), "Target 9 is out of bounds.")


@ids_from_one.quiet_on
def a_small_batch_that_lacks_the_first_class() -> Facts:
    return failing([4, 10], [3, 7, 1, 10], "Target 10 is out of bounds.")
