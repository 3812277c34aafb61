"""S216: the saved optimizer's averages have shapes that no saved weight has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from traindx.checks.checkpoint.example import LEARNED, SCHEDULE, model, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Tensor
from traindx.core.finding import Finding, Measured, Place

ALIKE = ("exp_avg", "momentum_buffer", "square_avg", "sum")
"""Averages that have the shape of their parameter (torch.optim)."""

NAMED = 3


@check("S216", level="error")
def optimizer_of_other_shapes(checkpoint: Checkpoint, *, fits: float = 0.5) -> Iterator[Finding | Measured]:
    """The optimizer's averages are of another model than the weights: they have shapes that no saved weight has.

    ## Why is this bad?
    `optimizer.load_state_dict` does not compare shapes. It loads, and the first step ends with sizes that do not match.
    A head that was replaced for other classes after the optimizer had been built is the usual way to it.

    ## How to fix
    Resume with the model that the optimizer was saved with, or start with a new optimizer.

    Only averages that lie as their parameters do are looked at; where fewer than `fits` of them do, the optimizer keeps
    them in another form (in shards, factored) and nothing is said. The share is a guess.
    """
    held = [t for p in checkpoint.of("optimizer") for t in p.tensors if t.name.rpartition(".")[2] in ALIKE and t.shape]
    weights = Counter(t.shape for p in checkpoint.parts if p.role != "optimizer" for t in p.tensors)
    if not held or not weights:
        raise NotEnough("the checkpoint holds no averages of an optimizer beside weights")
    strange = [t for t in held if t.shape not in weights]
    yield Measured("averages whose shape no saved weight has", len(strange), f"0 of {len(held)}")
    if len(strange) > (1 - fits) * len(held):
        raise NotEnough(f"{len(strange)} of {len(held)} averages of the optimizer lie in another form than the weights")
    for tensor in strange[:NAMED]:
        index, _, name = tensor.name.rpartition(".")
        text = f"{name} of parameter {index} has the shape {tensor.shape}, and no saved weight has it{_near(tensor, weights)}"
        yield Finding(Place(path=checkpoint.path, parameter=tensor.name), text)


def _near(tensor: Tensor, weights: Counter[tuple[int, ...]]) -> str:
    """The shape that differs in one side alone, where there is one."""
    for shape in weights:
        if len(shape) == len(tensor.shape) and sum(a != b for a, b in zip(shape, tensor.shape, strict=True)) == 1:
            return f"; the nearest is {shape}"
    return ""


@optimizer_of_other_shapes.fires_on
def head_that_was_replaced() -> Facts:
    trained = [t if t.name != "fc.weight" else Tensor("fc.weight", (80, 16)) for t in LEARNED]
    return saved(model(), optimizer(states=trained), SCHEDULE)


@optimizer_of_other_shapes.quiet_on
def optimizer_of_this_model() -> Facts:
    return saved()


@optimizer_of_other_shapes.quiet_on
def part_of_the_model_frozen() -> Facts:
    return saved(model(), optimizer(states=LEARNED[-2:]), SCHEDULE)
