"""What the model sees: the pictures of the first batches and of odd ones, saved as they enter the network, with their targets."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.picture_scale import as_bytes, guess_scale
from traindx.core.target_boxes import EXPECTED, in_pixels
from traindx.recorder.batch_folder import write_arrays, write_png
from traindx.recorder.model_classes import class_names
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.probes.batch_files import MOST
from traindx.recorder.probes.batch_hash import given_pictures
from traindx.recorder.readback import Slots
from traindx.recorder.small_pictures import SAMPLES, Small, small_copies
from traindx.recorder.target_numbers import Reading

FIRST = 2
ODD = 6
"""Batches that are saved: the first two, and at most six of those in which something was odd."""
SIDE, SIDE_KEPT = 256, 128
"""Longest side of a saved picture: of the first batches, and of those that are kept in case they turn out odd."""
KEPT = 4
"""Recorded steps whose small pictures are kept on the device: at most 8 x 3 x 128 x 128 numbers each."""
SLOW, PER_SECOND, LEAST, PASSING = 0.05, 2e6, 16, 1 << 22
"""Steps that are not recorded: those that take 50 ms or more are copied, two million numbers for each second that a step
takes (a guess, some thousandth of its time), pictures with a side of 16 or more, four million numbers in all."""
BYTES = 8 << 20
"""All files of a process together."""
BOXES, LENGTH = 60, 120
"""Boxes of a sample, and letters of a file name, that are written."""


@dataclass(frozen=True)
class Shot:
    """The small pictures of one step, with the notes that say what its targets are."""

    step: int
    pictures: list[Small]
    samples: int
    sizes: list[tuple[int, int]]
    notes: dict[str, Any]
    sampled: bool

    @property
    def numbers(self) -> int:
        """How many numbers are kept for it."""
        return sum(int(picture.tensor.numel()) for picture in self.pictures)


class FirstBatches(Probe):
    """Writes `batch` lines, and for each the files `batches/step-N.rank-R.npz` and a png of each sample.

    Of steps that are not recorded coarse pictures are kept for a while, where steps are slow enough for that to cost next to
    nothing; their targets are not.
    """

    on_recorded = ("forward", "closed")

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self._kept: deque[Shot] = deque(maxlen=KEPT)
        self._saved: set[int] = set()
        self._odd = self._bytes = self._fetched = 0
        self._shot: Shot | None = None
        self._dataset_names: dict[int, str] = {}
        self._passing: deque[Shot] = deque()
        self._pace, self._numbers = 0.0, 0

    def batch(self, loader: Any, batch: Any) -> None:
        """A loader's dataset may tell the names of the classes; the first that does counts."""
        self._fetched += 1
        if not self._dataset_names and self._fetched <= FIRST:
            self._dataset_names = class_names(None, getattr(loader, "_dataset", None))

    def forward(self, module: Any, arguments: Arguments, named: Named) -> None:
        """The root is called: copy its pictures, of the step's first batch."""
        step, torch = self.seen.current, self.seen.torch
        if self._shot is not None and self._shot.notes is not step.notes:  # of a model that was only tried
            self._shot = None
        side = SIDE if step.number < FIRST else SIDE_KEPT if step.recorded else self._side
        if self._shot is not None or side < LEAST or self._bytes >= BYTES:
            return
        given = given_pictures(torch, arguments, named)
        pictures = small_copies(torch, given, side, sampled=not step.recorded)
        if pictures:
            sizes = [(int(g.shape[2]), int(g.shape[3])) for g in given[:SAMPLES] for _ in range(min(len(g), SAMPLES))]
            samples = sum(len(g) for g in given)
            self._shot = Shot(step.number, pictures, samples, sizes, step.notes, not step.recorded)

    @property
    def _side(self) -> int:
        """Longest side of the pictures of a step that is not recorded, by how long steps take; 0 where they are too fast."""
        if self._pace < SLOW or self._odd >= ODD:
            return 0
        return min(SIDE_KEPT, int((self._pace * PER_SECOND / (3 * SAMPLES)) ** 0.5))

    def closed(self, step: Any) -> None:
        """The step is over: the first are saved, others kept for a while."""
        shot, self._shot = self._shot, None
        if shot is not None and shot.notes is step.notes:
            if step.number < FIRST:
                self._save(shot, "first")
            (self._passing if shot.sampled else self._kept).append(shot)
            self._numbers += shot.numbers if shot.sampled else 0
            while self._numbers > PASSING:
                self._numbers -= self._passing.popleft().numbers

    def passed(self, step: Any) -> None:
        """Steps may have become slow, or fast."""
        self._pace = step.seconds
        (self.wake if self._side >= LEAST else self.rest)("forward", "closed")

    def anomaly(self, step: int, what: str) -> None:
        """A step turned out odd: save what it was given."""
        shot = next((shot for shot in (*self._kept, *self._passing) if shot.step == step), None)
        if shot is not None and step not in self._saved and self._odd < ODD and self._bytes < BYTES:
            self._odd += 1
            self._save(shot, what)

    def _save(self, shot: Shot, why: str) -> None:
        self._saved.add(shot.step)
        slots, arrived = Slots(), list[NDArray[np.float32]]()
        line: dict[str, Any] = {"kind": "batch", "step": shot.step, "why": why, "of": shot.samples}

        def fill(values: Any) -> None:
            arrived.append(np.array(values, dtype=np.float32).reshape(tuple(shot.pictures[len(arrived)].tensor.shape)))
            if len(arrived) == len(shot.pictures):
                self._write(shot, arrived, line)

        for picture in shot.pictures:
            slots.add_array(picture.tensor, self.contained(fill))
        self.seen.journal.add_line(slots, line)

    def _write(self, shot: Shot, pictures: list[NDArray[np.float32]], line: dict[str, Any]) -> None:
        name = f"batches/step-{shot.step:06d}.{self.seen.journal.name}"
        folder, factors = self.seen.journal.folder, [s.factor for s in shot.pictures]
        scale = guess_scale(pictures, averaged=max(factors) > 1)
        reading: Reading | None = shot.notes.get("targets")
        rows = reading.rows if reading is not None else np.zeros((0, 6))
        arrays = {f"picture_{i}": picture for i, picture in enumerate(pictures)}
        self._bytes += write_arrays(folder / f"{name}.npz", {**arrays, "targets": rows[rows[:, 0] < len(pictures)]})
        line.update(
            file=f"{name}.npz",
            dtype=str(shot.pictures[0].tensor.dtype).removeprefix("torch."),
            scale={"name": scale.name, "because": scale.because, "mean": list(scale.mean), "std": list(scale.std)},
            channels=_channels(pictures),
            sampled=shot.sampled,
            samples=[_sample(shot, reading, i, picture) for i, picture in enumerate(pictures)],
        )
        used = {c for sample in line["samples"] for c in sample.get("classes", ())}
        names = class_names(self.seen.roots.root) or self._dataset_names
        line["names"] = {str(c): names[c] for c in sorted(used) if c in names}
        for i, picture in enumerate(pictures):
            self._bytes += write_png(folder / f"{name}.{i}.png", as_bytes(picture, scale))
            line["samples"][i]["picture"] = f"{name}.{i}.png"


def _channels(pictures: list[NDArray[np.float32]]) -> dict[str, list[float]]:
    """Means, deviations and ranges of each channel over all pictures."""
    values = np.concatenate([p.reshape(len(p), -1) for p in pictures], axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        found = {"mean": values.mean(1), "std": values.std(1), "min": values.min(1), "max": values.max(1)}
    return {name: [float(f"{v:.5g}") for v in numbers] for name, numbers in found.items()}


def _sample(shot: Shot, reading: Reading | None, index: int, picture: NDArray[np.float32]) -> dict[str, Any]:
    """One sample: its file, its size as received, its classes, its boxes as corners in pixels of that size, and how many of its
    values are not finite."""
    fetched = shot.notes.get("files")
    files = fetched.resolved() if fetched is not None else ()
    sample: dict[str, Any] = {"size": list(shot.sizes[index]), "factor": shot.pictures[index].factor}
    broken = int((~np.isfinite(picture)).sum())
    sample.update({"not_finite": broken} if broken else {})
    if len(files) == shot.samples or index < len(files) == MOST:
        sample["file"] = files[index][-LENGTH:]
    if reading is None:
        return sample
    rows = reading.rows[reading.rows[:, 0] == index]
    sample["classes"] = [int(c) for c in rows[:BOXES, 1] if np.isfinite(c)]
    if reading.form in EXPECTED and len(rows):
        corners = in_pixels(
            rows[:BOXES, 2:], np.zeros(len(rows[:BOXES]), dtype=np.int64), [shot.sizes[index]], EXPECTED[reading.form]
        )
        sample["boxes"] = [[float(f"{v:.5g}") for v in box] for box in corners]
        sample.update({"boxes_left_out": len(rows) - BOXES} if len(rows) > BOXES else {})
    return sample
