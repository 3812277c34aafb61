"""The process in which the user's augmentation runs: `python -m traindx.inspect.augmenting.child`.

It reads what is asked, and writes the fact. What it prints goes nowhere; the fact is written to a file, kept pictures to a folder.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from traindx.errors import TraindxError
from traindx.inspect.augmenting.following import Follower, same
from traindx.inspect.augmenting.opened import Opened
from traindx.inspect.augmenting.pipelines import pipeline_of
from traindx.inspect.augmenting.samples import box_format_of, sample_of
from traindx.inspect.augmenting.steps import steps_of
from traindx.inspect.augmenting.wanted import Labelled, Pipeline, Pixels
from traindx.inspect.augmenting.with_ultralytics import ultralytics_pipeline
from traindx.inspect.made_where import users_line_of

SECONDS = 45.0
"""Time after which no further picture is begun."""

LONGEST = 640

FORM_REFUSED = re.compile(
    r"(max|min) is less than or equal to|Expected (x|y)_(min|max) for bbox|to be in the range \[0"
)
FORM = (
    "boxes were handed to Albumentations in another form than its bbox_params name: corner and size, or shares, where it takes "
    "corners in pixels (pascal_voc), or the reverse"
)
"""What Albumentations says of boxes that it cannot take, and what it comes from."""


def main() -> None:
    """Read the request (json) from standard input, and write the fact, or the error, to the file it names."""
    request = json.load(sys.stdin)
    sys.stdout = sys.stderr
    found: dict[str, Any]
    try:
        found = {"augmentation": audited(request)}
    except TraindxError as error:
        found = {"error": [error.seen, error.why, error.hint]}
    except BaseException as error:  # whatever the user's code raises, SystemExit included
        line = users_line_of(error)
        where = f" ({line[0]}:{line[1]})" if line else ""
        words = " ".join(str(error).split())[:300]
        seen = f"augment={request['spec']} cannot be run: {type(error).__name__}: {words}{where}"
        why = FORM if FORM_REFUSED.search(words) else "nothing can be said of the augmentation"
        found = {"error": [seen, why, "the dataset was examined all the same"]}
    Path(request["answer"]).write_text(json.dumps(found), encoding="utf-8")


def audited(request: dict[str, Any]) -> dict[str, Any]:
    """The fact, as `core.augmentation.augmentation_of` reads it."""
    pictures = tuple(
        Labelled(os.path.realpath(p["path"]), tuple(map(tuple, p["boxes"])), tuple(p["classes"]))
        for p in request["pictures"]
    )
    opened = Opened()
    opened.install()
    spec = request["spec"]
    kind, _, given = spec.partition(":")
    folder = Path(request["folder"])
    if kind == "ultralytics":
        pipeline = ultralytics_pipeline(
            given, pictures, folder / "linked", opened, request.get("imgsz"), request["training"]
        )
    else:
        pipeline = pipeline_of(spec)
    samples, repeats, problem = _samples(pipeline, list(numbered(pipeline, pictures, opened)), opened, folder)
    return {
        "spec": spec, "kind": pipeline.kind, "samples": samples, "steps": list(steps_of(pipeline.parts)), "followed": problem,
        "repeats": repeats, "takes_boxes": pipeline.takes_boxes, **_written(pipeline.source),
        "box_format": samples[0].pop("box_format") if samples else "",
    }  # fmt: skip


def numbered(pipeline: Pipeline, pictures: Sequence[Labelled], opened: Opened) -> Iterator[tuple[int, Labelled]]:
    """Each picture with its number in the pipeline: of a dataset of the user's own, the file that a sample opens first."""
    if pipeline.own is None or pipeline.kind == "Ultralytics":
        yield from ((n, one) for n, one in enumerate(pictures) if pipeline.own is None or n in pipeline.own)
        return
    known = {one.path: one for one in pictures}
    for at in np.unique(np.linspace(0, len(pipeline.own) - 1, 4 * len(pictures)).astype(int)):
        opened.paths.clear()
        pipeline.own[int(at)]
        path = next((p for p in opened.paths if p in known), None)
        if path is not None:
            yield int(at), known.pop(path)


def _samples(
    pipeline: Pipeline, found: Sequence[tuple[int, Labelled]], opened: Opened, folder: Path
) -> tuple[list[dict[str, Any]], bool, str]:
    """The samples, whether other random numbers make no difference, and why boxes were not followed."""
    begun = time.perf_counter()
    runs, repeats, problem = [], True, ""
    if not found:
        raise TraindxError("no sample opened a picture of this dataset", "", "name the dataset whose pictures it reads")
    for number, labelled in found:
        if time.perf_counter() - begun > SECONDS:
            break
        pixels = opened_picture(labelled.path, pipeline.own is not None)
        follower = Follower(pipeline, number, labelled, pixels, seed=number, opened=opened)
        result, other = (
            follower.run(),
            Follower(pipeline, number, labelled, pixels, seed=number + 999, opened=opened).run(),
        )
        repeats = repeats and same(result, other)
        alike = same(result, follower.run())
        if not alike:
            problem = "with the same random numbers it gives other pictures: it draws from a generator of its own"
        boxes = follower.chosen() if alike else []
        traces = {box: follower.seen(box) for box in boxes}
        runs.append((labelled, follower, result, traces))
    box_format = box_format_of(runs)
    samples = [sample_of(n, *run, box_format, folder) for n, run in enumerate(runs)]
    samples[0]["box_format"] = box_format
    return samples, repeats, problem


def opened_picture(path: str, whole: bool) -> Pixels:
    """The picture (RGB), smaller where it is very large and the pipeline does not open it itself."""
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        turned = ImageOps.exif_transpose(picture).convert("RGB")
        if not whole and max(turned.size) > LONGEST:
            turned.thumbnail((LONGEST, LONGEST))
        return np.array(turned, dtype=np.uint8)


def _written(source: Any) -> dict[str, Any]:
    """The file and line where the pipeline is written, where Python can tell."""
    try:
        _, line = inspect.getsourcelines(source)
        return {"path": inspect.getsourcefile(source) or "", "line": max(line, 1)}
    except (TypeError, OSError):
        return {"path": "", "line": None}


if __name__ == "__main__":
    main()
