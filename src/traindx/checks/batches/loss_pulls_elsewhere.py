"""B158: the loss pulls at other places of the network's maps than where the objects of the batch lie."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.places_example import run_with_pulls
from traindx.core.pulled_places import elsewhere, pulled_places_of
from traindx.core.pulled_rows import GIVEN, LAYOUTS, ORDERED
from traindx.core.recording import Recording

OTHERS = [layout for layout in range(len(LAYOUTS)) if layout not in (GIVEN, ORDERED)]


@check("B158", level="error")
def loss_pulls_elsewhere(
    recording: Recording,
    *,
    certain: float = 6.0,
    share: float = 0.08,
    less: float = 0.4,
    seen: float = 4.0,
    fewest: int = 24,
) -> Iterator[Finding | Measured]:
    """The gradient of the network's maps lies on the objects of the batch only when these are exchanged, mirrored or scaled.

    ## Why is this bad?
    A cell is taught to find what lies elsewhere: rows and columns are exchanged where a grid is indexed or points are laid out, or
    a stride is not the map's. The loss falls to what that allows.

    ## How to fix
    Encode one box by hand: its centre (x, y) belongs to row `int(y / stride)` and column `int(x / stride)` of a map with the
    stride `picture / map`. `meshgrid(..., indexing="ij")` gives rows first.

    Looked at is the gradient of each output of the network that can be read as a map: for each picture the rank of its places
    at the centres of its boxes, less that at the centres of another picture's; of another layout only boxes that lie elsewhere
    in it. Named where it has `certain` standard errors there and a difference of `share` of all places, over the same boxes as
    given all maps have less than `less` of either, and the boxes as given agree with what the pictures show by `seen` standard
    errors and by more than in that layout: targets and pictures that are both transposed, or boxes of another unit, are no
    fault. Guesses.
    """
    ways = pulled_places_of(recording, fewest)
    if not ways:
        raise NotEnough("no output was seen that is a map of pictures with boxes")
    most = max(m.certainty(GIVEN) for maps in ways for m in maps)
    yield Measured("standard errors by which the loss pulls at the objects", most)
    found = elsewhere(ways, OTHERS, certain=certain, share=share, less=less)
    if found is None or found[0].seen(GIVEN) < max(seen, found[0].seen(found[1])):
        return
    pulled, layout = found
    text = f"in {pulled.pictures} pictures the loss pulls at the network's map of {pulled.grid[0]} x {pulled.grid[1]} places where"
    text += f" the objects lie by {pulled.certainty(layout, given=True):.1f} standard errors as given, and {LAYOUTS[layout]} by"
    text += f" {pulled.certainty(layout):.1f}"
    yield Finding(fed_at(recording, step=pulled.steps[0]), text)


@loss_pulls_elsewhere.fires_on
def cells_of_another_stride() -> Facts:
    return run_with_pulls({4: 0.2})


@loss_pulls_elsewhere.quiet_on
def cells_of_their_objects() -> Facts:
    return run_with_pulls({GIVEN: 0.3, 4: 0.1})


@loss_pulls_elsewhere.quiet_on
def pictures_that_are_turned_with_their_targets() -> Facts:
    return run_with_pulls({3: 0.3}, shown={3: 0.3})
