"""B154: the loss of a detector pulls at the places of objects alone."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.places_example import run_with_pulls
from traindx.core.pulled_places import pulled_places_of
from traindx.core.pulled_rows import GIVEN
from traindx.core.recording import Recording


@check("B154", level="error")
def empty_places_left_out(
    recording: Recording, *, places: int = 500, share: float = 0.002, inside: float = 0.02, fewest: int = 24
) -> Iterator[Finding | Measured]:
    """Of a map of outputs no place without an object ever has a gradient, in any output of the network.

    ## Why is this bad?
    Nobody teaches the detector that a place is empty: it finds objects everywhere, and the scores of right boxes are no higher than
    those of wrong ones.

    ## How to fix
    Give the classification, or the objectness, all places: targets of zero, or the class for background, where no object is. Boxes
    alone are learned from the places of objects only.

    Counted are the places that touch no box of the batch, and those of them with a gradient in any output, over at least `fewest`
    pictures and `places` places; reported where under `share` have one, and of the places in boxes over `inside` have. Guesses. A
    single output with few channels may be one part of several: at least two maps, or one of more than four channels, must be there.
    """
    ways = [maps for maps in pulled_places_of(recording, fewest) if sum(m.inside[1] for m in maps)]
    ways = [
        maps for maps in ways if len({m.name.partition("/")[0] for m in maps}) > 1 or max(m.channels for m in maps) > 4
    ]
    if not ways:
        raise NotEnough("no outputs were seen that are maps of pictures with boxes")
    shares = []
    for maps in ways:
        empty, full = max(maps, key=lambda m: m.outside[1] / max(m.outside[0], 1)), max(maps, key=lambda m: m.inside[1])
        known = empty.outside[0] >= places and full.inside[1] >= inside * full.inside[0]
        shares.append((empty.outside[1] / max(empty.outside[0], 1) if known else 1.0, empty))
    least, pulled = max(shares, key=lambda one: one[0])
    yield Measured("share of the places without an object that have a gradient", least, f"over {share:g}")
    lies = all(max(m.certainty(GIVEN) for m in maps) >= 6 for maps in ways)
    if least < share and lies:
        text = f"of {pulled.outside[0]} places without an object {pulled.outside[1]} have a gradient in any output, of"
        text += f" those in boxes {max(m.inside[1] for m in ways[0])}: what is empty is never taught (should be)"
        yield Finding(fed_at(recording, step=pulled.steps[0]), text)


@empty_places_left_out.fires_on
def a_loss_of_positive_places_alone() -> Facts:
    return run_with_pulls({GIVEN: 0.3}, outside=(200, 0))


@empty_places_left_out.quiet_on
def hard_negatives() -> Facts:
    return run_with_pulls({GIVEN: 0.3}, outside=(200, 6))
