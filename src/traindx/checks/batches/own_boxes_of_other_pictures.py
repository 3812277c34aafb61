"""B152: boxes in a form of the user's own, or their cells on a map, agree with their pictures no better than with others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from traindx.checks.batches.boxes_that_are_no_corners import site
from traindx.core.box_calls import sites_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.history import History, found_objects, history_of
from traindx.core.loaders import fed_at
from traindx.core.own_boxes import own_boxes_of
from traindx.core.places_example import run_with_places
from traindx.core.recording import Recording
from traindx.core.target_places import first_step, target_places_of


@check("B152", level="error", preview=True)
def own_boxes_of_other_pictures(
    recording: Recording,
    history: History | None = None,
    *,
    certain: float = 2.5,
    cells_certain: float = 4.5,
    learnt: float = 0.06,
    fewest: int = 72,
    steps: int = 100,
    epochs: int = 5,
) -> Iterator[Finding | Measured]:
    """Edges lie under the boxes of a picture no more often than under the boxes of the next one, nor under their mirror images.

    ## Why is this bad?
    The labels do not belong to these pictures. A network still learns where boxes usually are, so that its loss falls; what it
    finds does not depend on the picture.

    ## How to fix
    Look at ten training pictures with their boxes. Most often two lists of files were sorted differently, or samples
    without a box were dropped from one list and not from the other.

    Judged are numbers that a function of boxes is given, too, so that they are boxes, in `fewest` pictures or more; targets on a
    map by colours and edges at their places, for which `cells_certain` allows as the best of sixteen comparisons. All
    boxes of blood cells win over those of other pictures by 20 standard errors, those of coco128 by 5, one large box of
    each by 2 to 6 (`python bench/own_targets.py`). Named where no layout wins by `certain`, and after `steps` steps
    predictions overlap the boxes of their own picture by no more than `learnt` better than those of another. Where no such
    function is called, mAP, recall or F1 of the last `epochs` epochs, none of them over `learnt`, say that boxes are meant
    and not found. Guesses.
    """
    boxes, cells = own_boxes_of(recording), target_places_of(recording)
    sites = [s for s in sites_of(recording) if s.call == "overlap"]
    seen = [(p, certain) for p in (boxes,) if p is not None] + [(p, cells_certain) for p in (cells,) if p is not None]
    seen = [(p, limit) for p, limit in seen if len(p.said) >= fewest]
    if not seen:
        raise NotEnough("too few pictures with boxes of a form of one's own")
    best = [float(np.abs(p.certainty(p.said)).max()) for p, _ in seen]
    yield Measured(
        "standard errors by which boxes fit better than those of other pictures", max(best), f"over {certain:g}"
    )
    late = [s.meeting.learned for s in sites[len(sites) // 2 :] if s.meeting is not None]
    gains = [gain for gain in late if gain is not None]
    told = None if gains or history is None else found_objects(history)
    lost = told is not None and np.isfinite(told).sum() >= epochs and bool((told[-epochs:] <= learnt).all())
    unmet = bool(gains) and float(np.median(gains)) <= learnt and len(recording.step) >= steps
    apart = all(found < limit for found, (_, limit) in zip(best, seen, strict=True))
    if apart and (lost or (unmet and boxes is seen[0][0])):
        what = "boxes" if boxes is seen[0][0] else "targets on a map"
        text = (
            f"{what} of {len(seen[0][0].said)} pictures meet what is seen no better than those of other pictures do: by"
        )
        yield Finding(fed_at(recording, step=first_step(recording)), f"{text} {max(best):.1f} standard errors at most")


def _run(own: float, sites: Sequence[object]) -> Facts:
    run = recording_with(falling(steps=120), detail={"box_calls": list(sites)})
    for step in range(12):
        rows = [[np.exp(own + 0.1 * np.cos(6.0 * step + n + k)) for k in range(6)] for n in range(6)]
        rows = [[*row[:3], *(v / np.exp(own) for v in row[3:])] for row in rows]
        run.details[step]["own_box_edges"] = [{"0 xyxy": row} for row in rows]  # type: ignore[index]
    return {"recording": run}


@own_boxes_of_other_pictures.fires_on
def two_lists_sorted_differently() -> Facts:
    return _run(0.0, [site("overlap", 0, 0, pairs=60, given=0.4, read={}, elsewhere={"as given": 0.4})])


@own_boxes_of_other_pictures.fires_on
def nothing_is_found_in_validation() -> Facts:
    return {**_run(0.0, []), "history": history_of([{"metric/mAP50": 0.004 * n} for n in range(8)])}


@own_boxes_of_other_pictures.fires_on
def heat_maps_of_other_pictures() -> Facts:
    rows = [{"metric/f1": 0.0} for _ in range(8)]
    return {**run_with_places((0.0, 0.0, 0.0), each=8), "history": history_of(rows)}


@own_boxes_of_other_pictures.quiet_on
def heat_maps_of_their_pictures_that_nothing_learns() -> Facts:
    rows = [{"metric/f1": 0.0} for _ in range(8)]
    return {**run_with_places((0.5, 0.0, 0.0), each=8), "history": history_of(rows)}


@own_boxes_of_other_pictures.quiet_on
def objects_without_edges_that_are_found_in_validation() -> Facts:
    return {**_run(0.0, []), "history": history_of([{"metric/mAP50": 0.05 * n} for n in range(8)])}


@own_boxes_of_other_pictures.quiet_on
def boxes_on_their_objects() -> Facts:
    return _run(0.3, [site("overlap", 0, 0, pairs=60, given=0.4, read={}, elsewhere={"as given": 0.4})])


@own_boxes_of_other_pictures.quiet_on
def four_numbers_that_are_no_boxes() -> Facts:
    return _run(0.0, [])


@own_boxes_of_other_pictures.quiet_on
def objects_without_edges_that_are_found() -> Facts:
    return _run(0.0, [site("overlap", 0, 0, pairs=60, given=0.6, read={}, elsewhere={}, paired=[0.6, 0.3])])
