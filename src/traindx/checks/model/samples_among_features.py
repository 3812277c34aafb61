"""M132: the samples of a batch lie among the channels or features of a layer, and are mixed with each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("M132", level="error", preview=True)
def samples_among_features(recording: Recording) -> Iterator[Finding | Measured]:
    """Between a layer and the loss the axis of the samples changes places with another, or a norm or softmax runs along it.

    ## Why is this bad?
    The scores that the loss holds against one sample's target were made of parts of all samples. Nothing fails, as the number of
    elements is right; nothing, or next to nothing, is learned.

    ## How to fix
    Look for `permute`, `transpose`, `view` and `reshape` between that layer and the loss: the first axis has to stay the
    first, or be brought back before the features are flattened. `x.flatten(1)` keeps the samples apart, and so do
    `F.normalize(x, dim=1)` and `softmax(dim=-1)`.

    An exact fact, read from the graph that autograd built in the first step: the order of the elements is followed back
    from the scores, as far as each operation is understood.
    """
    lines = recording.lines.get("batch_path", ())
    if not lines:
        raise NotEnough("the way of the samples from a layer to the loss was not seen")
    line = lines[0]
    if "of" not in line:
        raise NotEnough("recorded by a traindx that followed the samples otherwise")
    if "layer" not in line and 2 * line["layers"] < line["of"]:
        raise NotEnough(f"the samples could be followed through {line['layers']} of {line['of']} layers alone")
    yield Measured("layers that the samples were followed through", line["layers"], f"at least half of {line['of']}")
    if "layer" not in line:
        return
    shape = ", ".join(map(str, line["shape"]))
    if line.get("by"):
        what = {"norm": "divided by their norm", "softmax": "put through a softmax"}[line["by"]]
        text = f"what {line['layer']} leads to, [{shape}], is {what} over axis {line['axis']}, the samples'"
        yield Finding(
            Place(layer=line["layer"], step=0), f"{text} (should be another axis): each depends on all others"
        )
        return
    where = "several axes" if line["axis"] is None else f"axis {line['axis']}"
    text = f"the {line['samples']} samples of the loss lie in {where} of what {line['layer']} made, [{shape}]"
    yield Finding(Place(layer=line["layer"], step=0), f"{text} (should be axis 0): they are mixed behind it")


def _run(**mixed: Any) -> Facts:
    line = {"kind": "batch_path", "step": 0, "samples": 32, "layers": 3, "of": 4, **mixed}
    return {"recording": recording_with(falling(), events=[line])}


@samples_among_features.fires_on
def channels_first_and_flattened() -> Facts:
    return _run(layer="conv2", shape=[32, 64, 12, 12], axis=1)


@samples_among_features.fires_on
def features_normalised_over_the_batch() -> Facts:
    return _run(layer="embed", shape=[32, 64], axis=0, by="norm")


@samples_among_features.quiet_on
def flattened_behind_the_batch() -> Facts:
    return _run()
