"""B155: the boxes of one class have no gradient, those of the others have: the loss takes its id for the background."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaders import fed_at
from traindx.core.places_example import run_with_pulls
from traindx.core.pulled_places import pulled_places_of
from traindx.core.pulled_rows import GIVEN
from traindx.core.recording import Recording

LARGER = 1.1
"""How many times as large the boxes of another class may be that count as no larger (a guess)."""


@check("B155", level="error", preview=True)
def class_taught_as_nothing(
    recording: Recording,
    *,
    empty: float = 0.02,
    share: float = 0.2,
    others: float = 0.8,
    min_boxes: int = 30,
    few: int = 10,
    fewest: int = 24,
) -> Iterator[Finding | Measured]:
    """In an output that is taught at objects alone hardly a box of the lowest class id has a gradient, and nearly all others have.

    ## Why is this bad?
    A matching marks the places of objects with their class id and all others with 0, or with the last id: objects of that id are
    then taught as nothing, and the metric, which counts in the same way, may never tell.

    ## How to fix
    Let class ids of a detector with a background class count from 1 (`labels[idx] + 1`), or keep a mask of the matched places
    beside their classes. Build the head with one output more than there are classes.

    Looked at are outputs of which under `empty` of the places off all boxes have a gradient (boxes are learned so). Reported
    where of at least `min_boxes` boxes of the lowest or the highest id that the batches hold under `share` have one, and `others`
    of the rest, of which there are at least `few`, also of a class whose boxes are no larger: small objects may meet no anchor.
    A place of another box in one counts for both. Guesses.
    """
    maps = [m for maps in pulled_places_of(recording, fewest) for m in maps]
    maps = [m for m in maps if len(m.taught) > 1 and m.outside[1] < empty * m.outside[0]]
    if not maps:
        raise NotEnough("no output that is taught at objects alone was seen, of pictures with boxes and classes")
    for seen in maps:
        for lost in (min(seen.taught), max(seen.taught)):
            count, reached, side = seen.taught[lost]
            rest = [counts for n, counts in seen.taught.items() if n != lost]
            known, taught = (sum(counts[i] for counts in rest) for i in (0, 1))
            yield Measured(
                f"share of the boxes of class {lost:g} with a gradient ({seen.name})", reached / max(count, 1)
            )
            as_small = any(r[2] <= LARGER * side and r[1] >= others * r[0] for r in rest)
            if (
                count >= min_boxes
                and known >= few
                and reached < share * count
                and taught >= others * known
                and as_small
            ):
                text = f"{reached} of {count} boxes of class {lost:g} have a gradient in the output that is taught at objects,"
                text += f" of the other classes {taught:g} of {known:g} have: class {lost:g} is taught as no object"
                yield Finding(fed_at(recording, step=seen.steps[0]), text)
                return


@class_taught_as_nothing.fires_on
def a_class_that_is_the_background() -> Facts:
    return run_with_pulls({GIVEN: 0.2}, outside=(200, 1), taught={"0": [12, 1, 2.4], "1": [3, 3, 0.5]})


@class_taught_as_nothing.quiet_on
def classes_that_are_all_taught() -> Facts:
    return run_with_pulls({GIVEN: 0.3}, outside=(200, 1), taught={"1": [12, 12, 2.4], "2": [3, 3, 0.5]})


@class_taught_as_nothing.quiet_on
def small_boxes_that_no_anchor_reaches() -> Facts:
    return run_with_pulls({GIVEN: 0.3}, outside=(200, 1), taught={"1": [12, 1, 0.6], "2": [3, 3, 0.9]})
