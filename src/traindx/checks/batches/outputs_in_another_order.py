"""B159: anchors are listed in another order than the network's outputs are reshaped to."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.places_example import run_with_pulls
from traindx.core.pulled_places import elsewhere, pulled_places_of
from traindx.core.pulled_rows import GIVEN, ORDERED
from traindx.core.recording import Recording


@check("B159", level="error")
def outputs_in_another_order(
    recording: Recording, *, certain: float = 6.0, share: float = 0.08, less: float = 0.4, fewest: int = 24
) -> Iterator[Finding | Measured]:
    """The gradient of outputs with several anchors a cell lies on the objects only when the outputs are read in another order.

    ## Why is this bad?
    The answers of one place are matched with the anchors of others. Boxes of the wrong places are taught, the loss falls by what
    the frequencies of classes allow, and mAP stays near zero.

    ## How to fix
    Outputs made by `permute(0, 2, 3, 1).reshape(N, -1, C)` go row by row, column by column, then anchor by anchor: list the anchors
    in that order (`for y: for x: for anchor`), or reshape the outputs to the anchors' order.

    Compared as B158 does it. Which order the outputs have is told by which reading is smooth over the picture; named where the
    gradient lies on the objects in the other one alone.
    """
    ways = pulled_places_of(recording, fewest)
    ordered = [[m for m in maps if m.ordered] for maps in ways]
    if not any(ordered):
        raise NotEnough("no outputs were seen with several anchors at a place of a map of pictures with boxes")
    most = max(m.certainty(GIVEN) for maps in ways for m in maps)
    yield Measured("standard errors by which the loss pulls at the objects", most)
    found = elsewhere(ways, [ORDERED], certain=certain, share=share, less=less)
    if found is not None:
        pulled = found[0]
        text = f"in {pulled.pictures} pictures the loss pulls at the outputs of the places where the objects lie by {most:.1f}"
        text += " standard errors; if all places of one anchor came before those of the next, or the reverse, by "
        text += f"{pulled.certainty(ORDERED):.1f}: anchors and outputs are in two orders"
        yield Finding(fed_at(recording, step=pulled.steps[0]), text)


@outputs_in_another_order.fires_on
def anchors_listed_one_after_the_other() -> Facts:
    return run_with_pulls({ORDERED: 0.2})


@outputs_in_another_order.quiet_on
def anchors_in_the_order_of_the_outputs() -> Facts:
    return run_with_pulls({GIVEN: 0.3, ORDERED: 0.1})
