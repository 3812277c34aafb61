"""T331: the model calls layers that are not among its modules, and no optimizer holds their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@check("T331", level="error")
def layers_unknown_to_the_model(recording: Recording) -> Iterator[Finding | Measured]:
    """`forward` calls layers that stand in a Python list or dict, or outside of the model: `parameters()` does not give them.

    ## Why is this bad?
    They keep the random values that they began with, do not move to the device with the model, and are in no checkpoint.

    ## How to fix
    Put them into `nn.ModuleList` or `nn.ModuleDict`, or assign them to an attribute of the module. A fixed network that is kept
    out on purpose should say `requires_grad_(False)`; then it is not reported, nor where an optimizer holds its parameters.
    """
    if not recording.layers or not recording.details:
        raise NotEnough("no step was recorded in full")
    lines = recording.lines.get("stray_layers", ())
    found = list(lines[-1].get("layers", ())) if lines else []
    yield Measured(
        "layers that the model calls and does not know", len(found), f"0, beside the {len(recording.layers)} it knows"
    )
    for layer in found[:20]:
        shapes = ", ".join("×".join(map(str, shape)) for shape in layer.get("shapes", ()))
        text = f"{layer['class']} ({shapes}) is called by the model and is none of its modules: no optimizer holds its parameters"
        yield Finding(Place(path=layer.get("path"), line=layer.get("line"), layer=layer["class"], step=0), text)


@layers_unknown_to_the_model.fires_on
def layers_in_a_list() -> Facts:
    layer = {"class": "Linear", "shapes": [[64, 64], [64]], "path": "net.py", "line": 14}
    line = {"kind": "stray_layers", "step": 0, "layers": [layer]}
    return {"recording": recording_with(falling(), events=[line])}


@layers_unknown_to_the_model.quiet_on
def every_layer_is_a_module_of_the_model() -> Facts:
    return {"recording": recording_with(falling())}
