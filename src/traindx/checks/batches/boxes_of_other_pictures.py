"""B146: boxes follow the edges in their pictures no better than if they were those of other pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from traindx.core.box_edges import standing
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.history import History, history_of
from traindx.core.loaders import fed_at
from traindx.core.recording import Recording


@check("B146", level="warning", preview=True)
def boxes_of_other_pictures(
    recording: Recording,
    history: History | None = None,
    *,
    clear: float = 1.1,
    most: float = 0.4,
    least: float = 0.1,
    learnt: float = 0.1,
    min_pictures: int = 40,
) -> Iterator[Finding | Measured]:
    """Boxes meet the edges of objects as seldom as their mirror images do, both ways.

    ## Why is this bad?
    The labels do not belong to these pictures. A detector still learns where and how large boxes usually are, so that its loss
    falls; mAP stays near zero.

    ## How to fix
    Look at ten training pictures with their boxes. Most often two lists of files were sorted differently, or names were
    matched by number. `sorted(glob(...))` on both, or the label's path made from the picture's.

    Compared is the strength of edges along the borders of boxes as given and mirrored left to right and upside down. Boxes
    win over both by a tenth in 77 to 92 % of BCCD, in 57 to 65 % of coco128 with their own labels, and lose to one of them
    by a tenth in 2 to 18 %. With the labels of another picture they win in 10 to 19 % (33 % with mosaic, whose seams are
    edges) and lose in 37 to 54 % (16 %). Named where they win in under `most` and lose in over `least` and 0.4 of that. An
    mAP over `learnt` shows that boxes are found, and nothing is said.
    """
    rows = [scores for d in recording.details.values() for scores in d.get("box_edges") or ()]
    if len(rows) < min_pictures:
        raise NotEnough("too few pictures with boxes of some size were seen")
    scores = np.array(rows)
    wins, losses, one_way = standing(scores, clear)
    limit = min(most, 0.5 - 2 * math.sqrt(0.25 / len(rows)))
    yield Measured("pictures whose boxes meet edges better than their mirror images", wins, f"over {limit:.2g}")
    yield Measured("pictures whose boxes meet edges worse than a mirror image", losses, f"under {least:g}")
    metrics = {} if history is None else history.metrics
    known = any(np.nanmax(metrics[name], initial=0.0) > learnt for name in ("mAP50", "mAP50-95") if name in metrics)
    if wins < limit and losses > max(least, 0.4 * wins) and not one_way and not known:
        step = min(s for s, d in recording.details.items() if d.get("box_edges"))
        text = f"only in {wins:.0%} of {len(rows)} pictures boxes follow the edges better than their mirror images (should be"
        yield Finding(
            fed_at(recording, step=step), f"{text} over half), in {losses:.0%} worse: as labels of other pictures do"
        )


def _run(rows: list[list[float]]) -> Recording:
    run = recording_with(falling(), detail={})
    for step in range(12):
        run.details[step]["box_edges"] = [rows[(4 * step + n) % len(rows)] for n in range(4)]  # type: ignore[index]
    return run


@boxes_of_other_pictures.fires_on
def labels_of_the_next_file() -> Facts:
    return {"recording": _run([[1.5, 2.4, 1.2], [1.6, 1.2, 2.2], [1.9, 1.6, 1.5], [1.5, 1.5, 1.5]])}


@boxes_of_other_pictures.quiet_on
def boxes_on_their_objects() -> Facts:
    return {"recording": _run([[2.4, 1.5, 1.6], [2.0, 1.5, 1.3], [1.5, 1.5, 1.5]])}


@boxes_of_other_pictures.quiet_on
def objects_without_edges() -> Facts:
    return {"recording": _run([[1.05, 1.0, 1.02], [1.0, 1.05, 1.0]])}


@boxes_of_other_pictures.quiet_on
def pictures_flipped_alone() -> Facts:
    return {"recording": _run([[1.5, 2.4, 1.6], [1.6, 2.4, 1.5], [1.7, 2.0, 1.6]])}


@boxes_of_other_pictures.quiet_on
def a_detector_that_finds_them() -> Facts:
    run = _run([[1.5, 2.4, 1.2], [1.6, 1.2, 2.2]])
    return {"recording": run, "history": history_of([{"val/loss": 1.0, "metric/mAP50-95": 0.3}])}
