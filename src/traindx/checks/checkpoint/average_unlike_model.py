"""S230: the averaged weights are not an average of this model's."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.checkpoint.example import average, model, saved
from traindx.core.check import Facts, NotEnough, check
from traindx.core.checkpoint import Checkpoint, Part, Tensor
from traindx.core.finding import Finding, Measured, Place


@check("S230", level="warning")
def average_unlike_model(checkpoint: Checkpoint, *, apart: float = 1.0) -> Iterator[Finding | Measured]:
    """The averaged weights (EMA) are far from the model's, have other shapes, or were never updated.

    ## Why is this bad?
    The average is what is validated and kept. Where it follows too slowly, or is of another model, the results are not those of
    the weights that trained.

    ## How to fix
    Update the average after every step of the optimizer, with a decay that the run is long enough for (0.999 and a warm-up
    for short runs), and build it after the model has its final head.

    Two unrelated sets of weights of one size are 1.4 apart, an average that follows far less; `apart` is a guess between.
    """
    models = checkpoint.of("model")
    averages = checkpoint.of("ema")
    if not models or not averages or not models[0].tensors:
        raise NotEnough("the checkpoint does not hold both a model and its average")
    for part in averages:
        if part.distance is not None:
            yield Measured("the average's distance from the model", part.distance, f"below {apart:g}")
        for text in _unlike(part, models[0], checkpoint, apart):
            yield Finding(Place(path=checkpoint.path, setting=str(part)), text)


def _unlike(part: Part, model: Part, checkpoint: Checkpoint, apart: float) -> Iterator[str]:
    theirs = {name.removeprefix("module."): t.shape for name, t in model.by_name.items()}
    others = [
        (t, theirs[name])
        for t in part.tensors
        if (name := t.name.removeprefix("module.")) in theirs and theirs[name] != t.shape
    ]
    if others:
        tensor, shape = others[0]
        yield f"{tensor.name} has the shape {tensor.shape} in {part} and {shape} in the model; {len(others)} tensors differ so"
    counts = [t.high for t in part.tensors if t.name == "n_averaged"] + [part.values.get("updates")]
    if checkpoint.trained and not others and 0 in [c for c in counts if c is not None]:
        yield f"{part} counts 0 updates, and the checkpoint is of a model that was trained"
    if part.distance is not None and part.distance > apart:
        yield f"{part} is {part.distance:.2f} of the model's own size away from it, as weights that have nothing to do with it"


@average_unlike_model.fires_on
def average_of_another_training() -> Facts:
    return saved(model(), average(distance=1.4))


@average_unlike_model.fires_on
def average_with_the_old_head() -> Facts:
    return saved(model(), average(Tensor("fc.weight", (80, 16))))


@average_unlike_model.fires_on
def average_that_was_never_updated() -> Facts:
    return saved(model(), average(updates=0))


@average_unlike_model.quiet_on
def average_that_follows() -> Facts:
    return saved(model(), average(distance=0.16))
