"""S232: names of saved weights with the prefix of a wrapper and without, mixed."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import WEIGHTS, model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place

PREFIXES = ("module.", "_orig_mod.")


@check("S232", level="error")
def names_with_and_without_prefix(checkpoint: Checkpoint) -> Iterator[Finding | Measured]:
    """The same weight is saved twice in one part, under its own name and under that of a wrapped model.

    ## Why is this bad?
    Which of the two is loaded depends on how the model is wrapped when it is loaded; the other is older, or untouched. With
    `strict=False` nothing is said.

    ## How to fix
    Take the prefix off before saving (`model.module.state_dict()`), and write a new file rather than into a loaded mapping.
    `module.` comes from DataParallel and DistributedDataParallel, `_orig_mod.` from torch.compile.
    """
    parts = [part for part in checkpoint.of("model", "ema") if part.tensors]
    if not parts:
        raise NotEnough("the checkpoint holds no weights")
    for part in parts:
        names = set(part.by_name)
        both = sorted(n for n in names for p in PREFIXES if n.startswith(p) and n.removeprefix(p) in names)
        yield Measured(f"names that {part} holds twice", len(both), "0")
        if both:
            text = f"{part} holds {len(both)} weights twice, as {both[0]} and without the prefix"
            yield Finding(Place(path=checkpoint.path, parameter=both[0]), text)


@names_with_and_without_prefix.fires_on
def saved_into_a_loaded_mapping() -> Facts:
    return saved(model(*(Tensor(f"module.{t.name}", t.shape) for t in WEIGHTS)))


@names_with_and_without_prefix.quiet_on
def all_with_the_prefix() -> Facts:
    return saved(Part("model", "model", tuple(Tensor(f"module.{t.name}", t.shape) for t in WEIGHTS)))
