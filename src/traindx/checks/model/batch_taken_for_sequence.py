"""M131: a sequence layer takes the batch for the sequence, and samples are mixed with each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("M131", level="error")
def batch_taken_for_sequence(recording: Recording) -> Iterator[Finding | Measured]:
    """An attention or a recurrent layer without `batch_first` is given [batch, sequence, features].

    ## Why is this bad?
    The layer expects [sequence, batch, features]: it attends from sample to sample of the batch, or runs through the samples as if
    they were steps in time. Nothing fails. What is learned depends on which samples meet in a batch, and validation, with
    other batches, is worse for no visible reason.

    ## How to fix
    `batch_first=True` for `nn.LSTM`, `nn.GRU`, `nn.MultiheadAttention`, `nn.TransformerEncoderLayer`; or permute the input
    and the output around the layer.

    An exact fact: the first dimension of what the layer is given is the number of samples that the network was given and
    the loss has targets for, the second is not, and `batch_first` is false. Where both are equal nothing is said, nor of a
    batch of one.
    """
    lines = recording.lines.get("sequence_layers", ())
    if not lines:
        return
    samples = int(lines[0]["samples"])
    looked = [x for x in lines[0]["layers"] if x["shape"][0] != x["shape"][1] and samples > 1]
    if not looked:
        return
    wrong = [x for x in looked if not x["batch_first"] and x["shape"][0] == samples and x["shape"][1] != samples]
    yield Measured("sequence layers that take the batch for the sequence", len(wrong), f"0 of {len(looked)}")
    for layer in wrong[:20]:
        first, second, features = layer["shape"]
        text = f"{layer['name']} ({layer['kind']}, batch_first=False) is given [{first}, {second}, {features}] "
        text += f"of a batch of {samples}"
        yield Finding(
            Place(layer=layer["name"], step=0),
            f"{text}: it runs over the samples (should be [{second}, {first}, {features}])",
        )


def _line(shape: list[int], batch_first: bool, samples: int = 32) -> dict[str, Any]:
    layer = {"name": "encoder", "kind": "MultiheadAttention", "batch_first": batch_first, "shape": shape}
    return {"kind": "sequence_layers", "step": 0, "samples": samples, "layers": [layer]}


@batch_taken_for_sequence.fires_on
def the_batch_comes_first() -> Facts:
    return {"recording": recording_with(falling(), events=[_line([32, 16, 64], batch_first=False)])}


@batch_taken_for_sequence.quiet_on
def batch_first() -> Facts:
    return {"recording": recording_with(falling(), events=[_line([32, 16, 64], batch_first=True)])}


@batch_taken_for_sequence.quiet_on
def the_sequence_comes_first() -> Facts:
    return {"recording": recording_with(falling(), events=[_line([16, 32, 64], batch_first=False)])}


@batch_taken_for_sequence.quiet_on
def windows_of_the_pictures() -> Facts:
    return {"recording": recording_with(falling(), events=[_line([49, 512, 64], batch_first=False)])}
