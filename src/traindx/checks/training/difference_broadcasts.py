"""T417: the difference in a loss written by hand compares every prediction with the targets of all samples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T417", level="error")
def difference_broadcasts(recording: Recording) -> Iterator[Finding | Measured]:
    """Predictions [N, 1] minus targets [N] is [N, N], and a loss is made of that.

    ## Why is this bad?
    Each prediction is compared with the targets of all samples. The lowest such loss is reached by predicting the mean of the
    targets for every sample: the model learns nothing about its inputs, and nothing says so. The same in a loss function
    of torch is T408.

    ## How to fix
    Give both the same shape: `((model(x).squeeze(1) - y) ** 2).mean()`, or `y.unsqueeze(1)`.

    Read from the graph behind the loss, in the first backward passes. Differences of which both sides have gradients (pairs of
    scores that are ranked, distances between embeddings) are meant, and are not looked at.
    """
    lines = recording.lines.get("difference", ())
    spread = [line for line in lines if _is_square(line["given"], line["made"])]
    yield Measured("losses made of a difference between all pairs of samples", len(spread), "0")
    if not spread:
        return
    line = spread[0]
    code = line.get("code", ())
    text = f"the loss is made of a difference of shape {line['made']} between predictions {line['given']} and targets"
    said = f": {code[-1][1]}" if code else ""
    at = code[-1][0] if code else line.get("line")
    yield Finding(Place(path=line.get("path"), line=at), f"{text} (should be {line['given']}){said}")


def _is_square(given: list[int], made: list[int]) -> bool:
    one, all_pairs = [n for n in given if n != 1], [n for n in made if n != 1]
    return len(one) == 1 and all_pairs == one * 2


def _run(given: list[int], made: list[int], **more: Any) -> Facts:
    line = {"kind": "difference", "step": 0, "given": given, "made": made, "path": "train.py", "line": 20, **more}
    return {"recording": recording_with(flat(), events=[line])}


@difference_broadcasts.fires_on
def a_column_minus_a_row() -> Facts:
    return _run([32, 1], [32, 32], code=[[18, "loss = ((model(x) - y) ** 2).mean()"]])


@difference_broadcasts.quiet_on
def boxes_minus_one_anchor() -> Facts:
    return _run([32, 1, 4], [32, 9, 4])


@difference_broadcasts.quiet_on
def a_loss_of_a_function() -> Facts:
    return {"recording": recording_with(falling())}
