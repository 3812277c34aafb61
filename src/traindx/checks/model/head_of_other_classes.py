"""M123: a checkpoint does not fit, and what differs is the number of outputs alone; or scores and targets have other widths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.model.ids_beyond_outputs import failing
from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.raised import raised_of
from traindx.core.recording import Recording

MISMATCH = re.compile(
    r"size mismatch for ([\w.]+): copying a param with shape torch\.Size\(\[([\d, ]*)\]\) from checkpoint, "
    r"the shape in current model is torch\.Size\(\[([\d, ]*)\]\)"
)


@check("M123", level="error")
def head_of_other_classes(recording: Recording) -> Iterator[Finding | Measured]:
    """A loss or a checkpoint failed because two numbers of classes meet: the outputs differ and all else is alike.

    ## Why is this bad?
    The run ends. The head was built for another number of classes than the checkpoint or the targets have.

    ## How to fix
    A checkpoint: load all but the head, and train a new one. `state.pop("fc.weight")`, `state.pop("fc.bias")`, then
    `strict=False`. timm: `create_model(name, pretrained=True, num_classes=n)`. Transformers: `ignore_mismatched_sizes=True`.
    Targets as rows of scores: as wide as the output.
    """
    raised = raised_of(recording)
    if raised is None:
        return
    yield Measured("errors of two numbers of classes", int(bool(_heads(raised.text) or _rows(recording))), "0")
    heads = _heads(raised.text)
    if heads:
        name, there, here = heads[0]
        text = f"{name} has {there} outputs in the checkpoint and {here} in the model (should be equal); all else fits"
        yield Finding(raised.place, text if len(heads) == 1 else f"{text}; {len(heads)} tensors of the head")
    rows = _rows(recording)
    if rows is not None:
        yield Finding(
            raised.place, f"the network gives {rows[0]} scores and the targets have {rows[1]} (should be equal)"
        )


def _heads(text: str) -> list[tuple[str, int, int]]:
    """Tensors that do not fit a checkpoint, with both first dimensions, if only these differ in all of them."""
    found = [(m[1], _sizes(m[2]), _sizes(m[3])) for m in MISMATCH.finditer(text)]
    alone = "Missing key(s)" not in text and "Unexpected key(s)" not in text
    fits = all(len(a) == len(b) and a[1:] == b[1:] and a[:1] != b[:1] for _, a, b in found)
    few = len({name.rpartition(".")[0] for name, _, _ in found}) <= 8
    return [(name, a[0], b[0]) for name, a, b in found] if found and alone and fits and few else []


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.strip()]


def _rows(recording: Recording) -> tuple[int, int] | None:
    """The widths of scores and targets of a loss that failed, where both are rows of several numbers."""
    for line in recording.lines.get("failed_loss", ()):
        scores, targets = line["shape"], line["target_shape"]
        if (
            len(scores) == len(targets) == 2
            and scores[0] == targets[0]
            and scores[1] != targets[1]
            and min(scores[1], targets[1]) > 1
        ):
            return int(scores[1]), int(targets[1])
    return None


@head_of_other_classes.fires_on
def a_thousand_classes_in_the_checkpoint() -> Facts:
    words = "copying a param with shape torch.Size([1000, 512]) from checkpoint, "
    words += "the shape in current model is torch.Size([10, 512])."
    text = f"Error(s) in loading state_dict for ResNet: size mismatch for fc.weight: {words}"
    event = {
        "kind": "event",
        "event": "exception",
        "step": 0,
        "type": "RuntimeError",
        "message": text,
        "path": "train.py",
        "line": 9,
    }
    return {"recording": recording_with(falling(steps=1), events=[event])}


@head_of_other_classes.fires_on
def rows_of_another_width() -> Facts:
    words = "Target size (torch.Size([32, 4])) must be the same as input size (torch.Size([32, 5]))"
    return failing([32, 5], [], words, target_shape=[32, 4])


@head_of_other_classes.quiet_on
def a_column_and_a_vector() -> Facts:
    words = "Target size (torch.Size([32])) must be the same as input size (torch.Size([32, 1]))"
    return failing([32, 1], [], words, target_shape=[32])


@head_of_other_classes.quiet_on
def ids_out_of_bounds() -> Facts:
    return failing([64, 9], list(range(10)), "Target 9 is out of bounds.")
