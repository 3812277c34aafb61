"""S208: the saved optimizer holds all parameters of the model but those of its last layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from traindx.checks.checkpoint.example import LEARNED, SCHEDULE, optimizer, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place

BUFFERS = re.compile(r"running_(mean|var)$|num_batches_tracked$")
AVERAGES = ("exp_avg", "momentum_buffer", "square_avg", "sum")


@check("S208", level="warning")
def last_layer_without_optimizer(checkpoint: Checkpoint, *, fewest: int = 4) -> Iterator[Finding | Measured]:
    """The optimizer was built for the parameters in front of the last layer, and the last layer is not among them.

    ## Why is this bad?
    The last layer stays at its first values, which are random, and all in front of it has to fit them. A head that is replaced for
    other classes after the optimizer was built is the usual way to it.

    ## How to fix
    Build the optimizer when the model is complete, and resume from a checkpoint of that. A head that is kept as it is on purpose,
    of texts or of fixed directions, is legal: a warning.

    Said where the optimizer's averages have, one after the other, the shapes of the model's tensors, and end before the last
    layer; of models with at least `fewest` such tensors, a guess.
    """
    optimizers, models = checkpoint.of("optimizer"), checkpoint.of("model")
    if len(optimizers) != 1 or len(models) != 1:
        raise NotEnough("needs one model and one optimizer in the checkpoint")
    learned = [t for t in models[0].tensors if t.shape and not BUFFERS.search(t.name)]
    held = _averages(optimizers[0])
    count = sum(int(group.get("params", 0)) for group in optimizers[0].groups)
    if len(held) != count or count < fewest or not learned:
        raise NotEnough("the optimizer does not hold an average for each of its parameters")
    yield Measured("parameters of the optimizer", count, f"{len(learned)}, those of the model")
    head = learned[-1].name.rpartition(".")[0]
    left = learned[count:]
    fits = all(a.shape == b.shape for a, b in zip(held, learned, strict=False))
    if left and fits and head and all(t.name.rpartition(".")[0] == head for t in left):
        text = f"the optimizer holds {count} of {len(learned)} parameters, all but those of the last layer {head}"
        yield Finding(Place(path=checkpoint.path, layer=head, parameter=left[0].name), text)


def _averages(part: Part) -> list[Tensor]:
    """One average of each parameter, in the order of the parameters."""
    found: dict[int, Tensor] = {}
    for tensor in part.tensors:
        index, _, name = tensor.name.rpartition(".")
        if name in AVERAGES and index.isdigit():
            found.setdefault(int(index), tensor)
    return [found[index] for index in sorted(found)]


@last_layer_without_optimizer.fires_on
def a_head_that_came_later() -> Facts:
    deeper = [Tensor("stem.weight", (16, 3, 3, 3)), *LEARNED]
    part = Part("model", "model", tuple(deeper))
    return saved(part, optimizer(states=deeper[:-2], params=len(deeper) - 2), SCHEDULE)


@last_layer_without_optimizer.quiet_on
def optimizer_of_all() -> Facts:
    return saved()


@last_layer_without_optimizer.quiet_on
def backbone_of_which_the_end_is_trained() -> Facts:
    deeper = [Tensor(f"stem.{n}.weight", (16, 16, 3, 3)) for n in range(6)] + LEARNED
    return saved(Part("model", "model", tuple(deeper)), optimizer(states=deeper[4:], params=len(deeper) - 4), SCHEDULE)
