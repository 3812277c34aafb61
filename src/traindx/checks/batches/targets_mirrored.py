"""B150: targets on a map agree with what their pictures show only where the map is mirrored."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.own_boxes import own_boxes_of
from traindx.core.places_example import run_with_places
from traindx.core.recording import Recording
from traindx.core.target_places import LAYOUTS, MIRRORED, TURNED, elsewhere, first_step, target_places_of

EDGES = {"certain": 4.5, "partly": 3.5}
"""Standard errors that are asked of edges, of which there is one feature, whose sign is known (a guess)."""


@check("B150", level="error", preview=True)
def targets_mirrored(recording: Recording, *, fewest: int = 24) -> Iterator[Finding | Measured]:
    """Cells of a grid, a heat map, or boxes, lie on their objects in some pictures or all only when they are mirrored.

    ## Why is this bad?
    Pictures are flipped and their targets are not. The loss falls to what such targets allow, and mAP stays low.

    ## How to fix
    Flip the boxes before the targets are made of them, or the whole map with its offsets, or leave the flip out.

    Compared is how colours and edges of a picture go with its own map and with that of another picture, as given and
    mirrored, over `fewest` pictures or more; of boxes in a form of the user's own the edges along their borders. Named
    where the mirror image agrees by four standard errors, and as given no better than mirrored: what belongs to its picture
    agrees by ten and more as given. Guesses.
    """
    seen = [
        p for p in (target_places_of(recording), own_boxes_of(recording)) if p is not None and len(p.said) >= fewest
    ]
    if not seen:
        raise NotEnough("too few pictures with targets on a map were seen")
    for places in seen:
        limits = EDGES if places.said.shape[1] == 1 else {}
        for way in (e for e in elsewhere(places, **limits) if e.layout in (MIRRORED, TURNED)):
            words = LAYOUTS[way.layout]
            yield Measured(
                f"standard errors by which targets fit better as given than {words}", way.difference, "over 2"
            )
            if way.whole or way.some:
                text = f"in {len(places.said)} pictures targets {words} agree with what is seen by {abs(way.there):.1f} standard"
                more = f"errors, as given by {abs(way.given):.1f}: pictures are flipped and their targets are not"
                yield Finding(fed_at(recording, step=first_step(recording)), f"{text} {more}")
                return


@targets_mirrored.fires_on
def every_second_picture_flipped_alone() -> Facts:
    return run_with_places((0.6, 0.0, 0.0), (0.0, 0.6, 0.0))


@targets_mirrored.fires_on
def every_picture_flipped_alone() -> Facts:
    return run_with_places((0.0, 0.6, 0.0))


@targets_mirrored.quiet_on
def targets_on_their_objects() -> Facts:
    return run_with_places((0.6, 0.05, 0.0))


@targets_mirrored.quiet_on
def one_object_in_the_middle() -> Facts:
    return run_with_places((0.6, 0.55, 0.1), (0.6, 0.6, 0.1))


@targets_mirrored.quiet_on
def objects_that_no_colour_tells() -> Facts:
    return run_with_places((0.02, 0.0, 0.0))
