"""S233: weights were saved under the names of a wrapped model."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import WEIGHTS, model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place

PREFIXES = ("module.", "_orig_mod.")


@check("S233", level="note")
def names_of_a_wrapped_model(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """Names of saved weights begin with `module.` or hold `_orig_mod.`, which a model that is not wrapped does not have.

    ## Why is this bad?
    `load_state_dict(strict=False)` on the plain model then loads nothing, and says so only in what it returns.

    ## How to fix
    Save `model.module.state_dict()`, or `model._orig_mod.state_dict()` of a compiled model; or take the prefix off when loading.
    """
    parts = [part for part in checkpoint.of("model") if part.tensors]
    if not parts:
        raise NotEnough("the checkpoint holds no weights")
    for part in parts:
        wrapped = [t.name for t in part.tensors if t.name.startswith("module.") or "_orig_mod." in t.name]
        yield Measured(f"names of a wrapped model in {part}", len(wrapped), f"0 of {len(part.tensors)}")
        if wrapped:
            prefix = "_orig_mod." if "_orig_mod." in wrapped[0] else "module."
            text = f"{len(wrapped)} of {len(part.tensors)} names in {part} hold {prefix}, as {wrapped[0]}"
            fix = f'{{k.replace("{prefix}", ""): v for k, v in state.items()}}'
            yield Finding(Place(path=checkpoint.path, parameter=wrapped[0]), text, fix=fix)


@names_of_a_wrapped_model.fires_on
def saved_from_several_devices() -> Facts:
    return saved(Part("model", "model", tuple(Tensor(f"module.{t.name}", t.shape) for t in WEIGHTS)))


@names_of_a_wrapped_model.fires_on
def saved_from_a_compiled_model() -> Facts:
    return saved(Part("model", "model", tuple(Tensor(f"_orig_mod.{t.name}", t.shape) for t in WEIGHTS)))


@names_of_a_wrapped_model.quiet_on
def plain_names() -> Facts:
    return saved(model())
