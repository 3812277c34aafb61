"""What the model saw: the batches that a recording has saved, and how the report shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from traindx.core.finding import Box, Evidence, Picture, Table
from traindx.core.recording import Recording
from traindx.core.target_boxes import BEYOND

COLUMNS = ("step", "saved as", "samples", "taken for", "because", "channel means", "deviations", "values as received")
"""Columns of the table of saved batches; a renderer knows it by them."""

PICTURES = 24
PER_BATCH = 8
PER_ODD = 4
"""Pictures that the report shows in all, of the first batch, and of each other."""

WHY = {"first": "first batches", "loss": "loss not finite", "gradient": "gradient not finite", "jump": "loss leaps"}


@dataclass(frozen=True)
class Sample:
    """One sample: `size` (height, width) as received; each pixel of `picture` is the mean of `factor` x `factor` of these.

    `classes` is None where the targets were not seen. `boxes` are corners in pixels of `size`, one for each of the first
    classes; none where the task has no boxes. `not_finite` counts values of the saved picture.
    """

    picture: str
    size: tuple[int, int]
    factor: int = 1
    file: str = ""
    classes: tuple[int, ...] | None = None
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    not_finite: int = 0


@dataclass(frozen=True)
class SeenBatch:
    """A saved batch. `scale` names how its values were taken, `because` says why, `channels` holds means and so on by name.

    `file` (absolute) holds the pictures as received, see `arrays`; `of` is how many samples the batch had.
    `sampled`: a pixel is one of `factor` x `factor`, not their mean; such are the batches of steps that were not recorded.
    """

    step: int
    why: str
    file: str
    samples: tuple[Sample, ...]
    of: int
    scale: str
    because: str
    channels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    rank: int = 0
    sampled: bool = False

    def arrays(self) -> dict[str, NDArray[Any]]:
        """`picture_0`, `picture_1`, ... [C, h, w] and `targets` [n, 6]: sample, class, four numbers as received (nan: no box).

        Raises `OSError` where the file is gone.
        """
        with np.load(self.file, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}


def seen_batches(recording: Recording) -> tuple[SeenBatch, ...]:
    """The saved batches of all ranks whose files were written, by step."""
    found = [
        _batch(line, Path(recording.folder).absolute(), each.rank)
        for each in (recording, *recording.ranks)
        for line in each.lines.get("batch", ())
        if line.get("samples")
    ]
    return tuple(sorted(found, key=lambda batch: (batch.step, batch.rank)))


def what_the_model_sees(recording: Recording) -> tuple[Evidence, ...]:
    """A table of the saved batches, and their first pictures with the targets that came along; empty if there are none."""
    batches = seen_batches(recording)
    if not batches:
        return ()
    pictures = [p for n, b in enumerate(batches) for p in _pictures(b, PER_ODD if n else PER_BATCH)]
    return (Table("What the model sees", COLUMNS, tuple(map(_row, batches))), *pictures[:PICTURES])


def _batch(line: Mapping[str, Any], folder: Path, rank: int) -> SeenBatch:
    scale = line.get("scale") or {}
    return SeenBatch(
        step=int(line["step"]),
        why=str(line.get("why", "")),
        file=str(folder / str(line.get("file", ""))),
        samples=tuple(_sample(sample, folder) for sample in line["samples"]),
        of=int(line.get("of", 0)),
        scale=str(scale.get("name", "")),
        because=str(scale.get("because", "")),
        channels={name: tuple(map(float, values)) for name, values in (line.get("channels") or {}).items()},
        names={int(key): str(name) for key, name in (line.get("names") or {}).items()},
        rank=rank,
        sampled=bool(line.get("sampled")),
    )


def _sample(sample: Mapping[str, Any], folder: Path) -> Sample:
    height, width = sample.get("size", (0, 0))
    return Sample(
        picture=str(folder / str(sample.get("picture", ""))),
        size=(int(height), int(width)),
        factor=int(sample.get("factor", 1)),
        file=str(sample.get("file", "")),
        classes=tuple(map(int, sample["classes"])) if "classes" in sample else None,
        boxes=tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in sample.get("boxes", ())),
        not_finite=int(sample.get("not_finite", 0)),
    )


def _row(batch: SeenBatch) -> tuple[str | float | int | None, ...]:
    low, high = (_short(batch.channels.get(name, ())) for name in ("min", "max"))
    step = f"{batch.step} (rank {batch.rank})" if batch.rank else batch.step
    return (
        step,
        WHY.get(batch.why, batch.why),
        f"{len(batch.samples)} of {batch.of}",
        batch.scale,
        batch.because,
        _short(batch.channels.get("mean", ())),
        _short(batch.channels.get("std", ())),
        f"{low} to {high}",
    )


def _pictures(batch: SeenBatch, most: int) -> Iterator[Picture]:
    for number, sample in enumerate(batch.samples[:most]):
        boxes = tuple(_box(box, name, sample) for box, name in zip(sample.boxes, _names(batch, sample), strict=False))
        parts = [f"step {batch.step}, sample {number}"]
        parts += [sample.file.replace("\\", "/").rpartition("/")[2]] if sample.file else []
        if not boxes:
            named = _names(batch, sample)
            none = "target not recorded" if sample.classes is None else "no target"
            parts.append(("classes " if len(named) > 1 else "class ") + ", ".join(named[:6]) if named else none)
        size = f"{sample.size[1]} × {sample.size[0]}"
        parts += [size] if sample.factor == 1 else [f"{size}, {_reduction(batch, sample)}"]
        parts += [f"{sample.not_finite:,} values not finite"] if sample.not_finite else []
        yield Picture(sample.picture, boxes, ", ".join(parts))


def _reduction(batch: SeenBatch, sample: Sample) -> str:
    squares = f"{sample.factor} × {sample.factor}"
    return f"shown with one pixel of {squares}" if batch.sampled else f"shown with {squares} averaged"


def _names(batch: SeenBatch, sample: Sample) -> list[str]:
    """The id, and the name where that says more."""
    return [f"{c} {name}" if (name := batch.names.get(c, str(c))) != str(c) else str(c) for c in sample.classes or ()]


def _box(box: tuple[float, float, float, float], name: str, sample: Sample) -> Box:
    """A box in pixels of the saved picture; wrong where it has no area or leaves what the network was given."""
    x0, y0, x1, y1 = box
    height, width = sample.size
    inside = min(x0 / width, y0 / height) >= -BEYOND and max(x1 / width, y1 / height) <= 1 + BEYOND
    factor = sample.factor
    return Box(x0 / factor, y0 / factor, x1 / factor, y1 / factor, name, not (inside and x1 > x0 and y1 > y0))


def _short(values: tuple[float, ...]) -> str:
    return ", ".join(f"{v:.3g}" for v in values)
