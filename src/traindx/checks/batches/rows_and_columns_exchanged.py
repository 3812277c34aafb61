"""B151: targets on a grid agree with what their pictures show only when rows and columns change places."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.places_example import run_with_places
from traindx.core.recording import Recording
from traindx.core.target_places import EXCHANGED, elsewhere, first_step, target_places_of


@check("B151", level="error", preview=True)
def rows_and_columns_exchanged(recording: Recording, *, fewest: int = 24) -> Iterator[Finding | Measured]:
    """The cells of a square grid lie on their objects only when the grid is transposed.

    ## Why is this bad?
    A cell learns to find what lies at another place: the loss falls to what that allows, and mAP stays near zero.

    ## How to fix
    The row of a cell comes from y, its column from x: `target[int(y * S), int(x * S)]`. Look for x and y, or width and
    height, in the wrong order where boxes are read.

    Compared as B150 does it. Named where the transposed grid agrees by six standard errors, and the grid as given by less
    than 0.4 of that, over `fewest` pictures. Guesses. Whoever feeds transposed pictures has transposed targets, and those
    agree.
    """
    places = target_places_of(recording)
    if places is None or len(places.said) < fewest or places.said.shape[2] <= EXCHANGED:
        raise NotEnough("too few pictures with targets on a square grid were seen")
    seen = next(e for e in elsewhere(places) if e.layout == EXCHANGED)
    yield Measured("standard errors by which targets agree as given", abs(seen.given))
    yield Measured("standard errors by which they agree transposed", abs(seen.there), "less than as given")
    if seen.whole:
        text = f"in {len(places.said)} pictures targets agree with what is seen by {abs(seen.given):.1f} standard errors as given,"
        more = f"with rows and columns exchanged by {abs(seen.there):.1f}"
        yield Finding(fed_at(recording, step=first_step(recording)), f"{text} {more}")


@rows_and_columns_exchanged.fires_on
def columns_before_rows() -> Facts:
    return run_with_places((0.0, 0.0, 0.0, 0.5))


@rows_and_columns_exchanged.quiet_on
def targets_on_their_objects() -> Facts:
    return run_with_places((0.5, 0.0, 0.0, 0.1))


@rows_and_columns_exchanged.quiet_on
def objects_that_no_colour_tells() -> Facts:
    return run_with_places((0.0, 0.0, 0.0, 0.02))
