"""S240: loading the checkpoint in full would import code of the user's own or of a library that is not known here."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint
from traindx.core.finding import Finding, Measured, Place
from traindx.core.pickled_code import is_known, runs_commands

NAMED = 4


@check("S240", level="note")
def code_of_unknown_origin(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The pickle names functions or classes outside torch, numpy and the usual training libraries.

    ## Why is this bad?
    `torch.load(..., weights_only=True)` refuses such a file, and with `weights_only=False` it imports and calls what is named: it
    needs the same code at the same place, and trust in whoever wrote the file. Nothing of it was run here.

    ## How to fix
    Save `model.state_dict()` in place of the model, and plain numbers and words beside it.
    """
    if not checkpoint.code:
        raise NotEnough("the checkpoint holds no pickle")
    unknown = [name for name in checkpoint.code if not is_known(name) and not runs_commands(name)]
    yield Measured("functions and classes of unknown origin", len(unknown), f"0 of {len(checkpoint.code)}")
    if unknown:
        named = ", ".join(name.replace(" ", ".") for name in unknown[:NAMED])
        more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
        text = f"loading it in full would import {named}{more}; nothing of it was run here"
        yield Finding(Place(path=checkpoint.path), text)


@code_of_unknown_origin.fires_on
def whole_model_of_a_script() -> Facts:
    return saved(model(), code=("__main__ Net", "torch._utils _rebuild_tensor_v2"))


@code_of_unknown_origin.quiet_on
def names_of_torch_alone() -> Facts:
    return saved(model(), code=("collections OrderedDict", "torch._utils _rebuild_tensor_v2"))
