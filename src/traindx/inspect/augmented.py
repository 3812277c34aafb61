"""Labelled batches as the user's own augmentation makes them, for twins with it and without."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from traindx.errors import TraindxError
from traindx.inspect.augmenting.boxes import as_corners
from traindx.inspect.augmenting.child import numbered, opened_picture
from traindx.inspect.augmenting.opened import Opened
from traindx.inspect.augmenting.pipelines import pipeline_of
from traindx.inspect.augmenting.wanted import Labelled as Picture
from traindx.inspect.augmenting.wanted import Pipeline, Result
from traindx.inspect.augmenting.with_ultralytics import ultralytics_pipeline
from traindx.inspect.first_batch import as_inputs
from traindx.inspect.losses import Labelled
from traindx.inspect.twinned import Source

SHARES = 1.5
"""Boxes of an unknown form whose numbers all lie below this are shares of the picture."""


class Augmented(Source):
    """The same pictures in the same order, each through the pipeline; those that it does not open are left out."""

    def __init__(
        self, torch: Any, built: Any, pictures: Sequence[Mapping[str, Any]], channels: int, spec: str, size: int
    ) -> None:
        opened = Opened()
        opened.install()
        known = [
            Picture(os.path.realpath(p["path"]), tuple(map(tuple, p["boxes"])), tuple(p["classes"])) for p in pictures
        ]
        kind, _, given = spec.partition(":")
        if kind == "ultralytics":
            folder = Path(tempfile.mkdtemp(prefix="traindx-twins-"))
            self._pipeline: Pipeline = ultralytics_pipeline(given, known, folder, opened, size, True)
        else:
            self._pipeline = pipeline_of(spec)
        found = {one.path: (number, one) for number, one in numbered(self._pipeline, known, opened)}
        kept = [p for p in pictures if os.path.realpath(p["path"]) in found]
        if len(kept) < 4:
            raise TraindxError(f"augment={spec} opens too few pictures of the dataset", "", "")
        self._found = found
        super().__init__(torch, built, kept, channels)

    def batch(self, places: Sequence[int], size: int) -> Labelled:
        """The pictures at these places through the pipeline, brought to one size where it leaves them different."""
        torch, made = self._torch, []
        for at in places:
            one = self._pictures[at % len(self._pictures)]
            number, labelled = self._found[os.path.realpath(one["path"])]
            pixels = opened_picture(labelled.path, self._pipeline.own is not None)
            height, width = pixels.shape[:2]
            corners = np.array(labelled.boxes, dtype=np.float64).reshape(-1, 4) * [width, height, width, height]
            result = self._pipeline.run(number, pixels, corners, list(labelled.classes))
            made.append((self._picture(result, size), *self._boxes(result, labelled, size)))
        labels = torch.tensor([self._pictures[at % len(self._pictures)]["label"] for at in places])
        return Labelled(torch.cat([m[0] for m in made]), labels, [m[1] for m in made], [m[2] for m in made])

    def _picture(self, result: Result, size: int) -> Any:
        """[1, channels, size, size]: whole numbers as `as_inputs` prepares them, others as they came."""
        torch, array = self._torch, result.picture
        pixels = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).permute(2, 0, 1)[None]
        if pixels.shape[-2:] != (size, size):
            pixels = torch.nn.functional.interpolate(pixels, (size, size), mode="bilinear", align_corners=False)
        if np.issubdtype(array.dtype, np.integer) and pixels.shape[1] == 3:
            return as_inputs(torch, pixels.permute(0, 2, 3, 1).numpy() / 255, self._channels, self._built.scaled)
        return pixels / 255 if np.issubdtype(array.dtype, np.integer) else pixels

    def _boxes(self, result: Result, labelled: Picture, size: int) -> tuple[Any, Any]:
        torch, (height, width) = self._torch, result.picture.shape[:2]
        boxes = result.boxes
        shares = len(boxes) > 0 and float(np.abs(boxes[:, :4]).max()) < SHARES
        form = result.box_format if result.box_format not in ("", "as given") else ""
        form = form or ("centre and size in shares" if shares else "corners in pixels")
        corners = as_corners(boxes, form, width, height) * np.array([size / width, size / height] * 2)
        given = labelled.classes if result.classes is None else result.classes
        kinds = np.asarray(given, dtype=np.int64)[: len(corners)]
        corners = torch.tensor(corners[: len(kinds)], dtype=torch.float32).reshape(-1, 4).clamp(0, size)
        kept = ((corners[:, 2:] - corners[:, :2]) >= 1).all(1)
        return corners[kept], torch.tensor(kinds)[kept]
