"""The history as a fact: what a run's log says of each epoch (losses, metrics, learning rates).

A recording knows every optimizer step but seldom the metric; a log of somebody else's tool knows the metric but only
epoch means of the loss. They are two facts: a check of validation curves takes `history`, a check of steps `recording`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

JUDGED_BY = ("mAP50-95", "mAP50", "accuracy_top1", "accuracy", "map")
"""The metric by which a run is judged: the first of these that the log has, else the first it has."""


@dataclass(frozen=True)
class Ending:
    """The error in which a console log ends: its class and message, its line in the log, and the user's line that it names."""

    kind: str
    message: str
    line: int
    path: str | None = None
    at: int | None = None


@dataclass(frozen=True)
class OfClass:
    """A row of a log's table of single classes: its samples in validation and the share of them that was found."""

    name: str
    samples: int
    recall: float


@dataclass(frozen=True)
class LeftOut:
    """A split that a tool scanned: its files, how many of them it left out as corrupt, and the reason it gives most often."""

    split: str
    files: int
    corrupt: int
    reason: str


@dataclass(frozen=True)
class Told:
    """The accuracies that a training told of one validation, as written, and the share of right answers that was seen there.

    `beside_loss`: they stand beside a loss and no set is named, so that they may be of the training set.
    """

    step: int
    values: tuple[float, ...]
    seen: float
    beside_loss: bool = False


@dataclass(frozen=True)
class History:
    """One run's log, an entry per epoch in the order of the log (all arrays have this length n).

    `epoch` is the number as written (tools count from 0 or from 1). Losses are epoch means as written, by part (`box`,
    `cls`, `dfl`, `obj`, ... or `loss`); `metrics` are of the validation set and `train_metrics` of the training set, as shares
    of 1; `lr` is by parameter group;
    `seconds` counts from the start of the run. Unknown is nan; an infinity in the log stays one, and `not_written` marks
    what the log left empty, so that a nan that was written can be told from a value that was not.
    `planned_epochs`, `warmup_epochs`, `patience` and `mosaic_closes` (that many epochs before the planned end) are settings,
    where the run left them; `ending` is the error in which a console log ends,
    `no_labels` the line in which it says that no label was found, `scale_gone` the one in which the loss scale of half precision
    has come to its least, `device` the graphics processor that it names and the CUDA of the build, `classes` its last table of
    single classes. `adversarial`: it speaks of a domain classifier or a discriminator, whose loss is to stay at chance;
    `stopped_early`: it says that training was stopped early; `left_out`: what a tool left out when it scanned the splits.
    `notes` say in words what reading had to decide (epochs that a resume wrote twice, an earlier run in the same file). `told`
    is there where a recording saw the validations themselves, too.
    """

    source: str
    tool: str
    epoch: Ints
    train_parts: Mapping[str, Floats]
    val_parts: Mapping[str, Floats]
    metrics: Mapping[str, Floats]
    lr: Mapping[str, Floats]
    seconds: Floats
    not_written: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    planned_epochs: int | None = None
    warmup_epochs: float | None = None
    patience: int | None = None
    mosaic_closes: int | None = None
    train_metrics: Mapping[str, Floats] = field(default_factory=dict)
    ending: Ending | None = None
    no_labels: str | None = None
    scale_gone: str | None = None
    device: tuple[str, str] | None = None
    classes: tuple[OfClass, ...] = ()
    adversarial: bool = False
    stopped_early: bool = False
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()

    def __len__(self) -> int:
        return len(self.epoch)

    @property
    def train_loss(self) -> Floats:
        """Total training loss of each epoch: as written, or the sum of its parts; nan where unknown."""
        return _total(self.train_parts, len(self))

    @property
    def val_loss(self) -> Floats:
        """Total validation loss of each epoch: as written, or the sum of its parts; nan where unknown."""
        return _total(self.val_parts, len(self))

    @property
    def metric(self) -> tuple[str, Floats] | None:
        """Name and values of the metric by which the run is judged, None if the log has none."""
        name = next((name for name in JUDGED_BY if name in self.metrics), next(iter(self.metrics), None))
        return None if name is None else (name, self.metrics[name])

    @property
    def accuracy(self) -> Floats | None:
        """The accuracy in validation, of a copy of the weights too (`ema_acc`); None if the log has none."""
        names = ("accuracy", "accuracy_top1", *(n for n in self.metrics if n.lower().endswith(("_acc", "_accuracy"))))
        return next((self.metrics[name] for name in names if name in self.metrics), None)

    def written(self, column: str) -> Floats:
        """A column by its full name (`train/box`, `val/cls`, `metric/mAP50`, `lr/pg0`)."""
        group, _, name = column.partition("/")
        return self._groups()[group][name]

    def columns(self) -> list[str]:
        """Full names of all columns."""
        return [f"{group}/{name}" for group, columns in self._groups().items() for name in columns]

    def _groups(self) -> dict[str, Mapping[str, Floats]]:
        columns = (self.train_parts, self.val_parts, self.metrics, self.train_metrics, self.lr)
        return dict(zip(_GROUPS, columns, strict=True))


def found_objects(history: History) -> Floats | None:
    """The most favourable of the metrics that count found objects; None where the log has none."""
    counts = ("map", "recall", "f1")
    found = [v for n, v in history.metrics.items() if n.lower().startswith(counts) and np.isfinite(v).any()]
    return max(found, key=lambda values: float(np.nanmax(values)), default=None)


def history_of(
    rows: Sequence[Mapping[str, float | None]],
    *,
    source: str = "results.csv",
    tool: str = "Ultralytics",
    planned_epochs: int | None = None,
    warmup_epochs: float | None = None,
    patience: int | None = None,
    mosaic_closes: int | None = None,
    ending: Ending | None = None,
    no_labels: str | None = None,
    scale_gone: str | None = None,
    device: tuple[str, str] | None = None,
    classes: Sequence[OfClass] = (),
    adversarial: bool = False,
    stopped_early: bool = False,
    left_out: Sequence[LeftOut] = (),
    notes: Sequence[str] = (),
    told: Sequence[Told] = (),
) -> History:
    """A history from one mapping per epoch: `{"epoch": 1, "train/box": 1.2, "val/box": 1.3, "metric/mAP50": 0.4, "lr/0": 0.01}`.

    Readers and examples use it. A column that a row lacks, or holds as None, is not written there. Without an `epoch`,
    rows count from 1. Raises `ValueError` for a column of another kind.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    unknown = [n for n in names if n not in ("epoch", "seconds") and n.partition("/")[0] not in _GROUPS]
    if unknown:
        raise ValueError(f"column {unknown[0]!r} is none of epoch, seconds, {', '.join(g + '/…' for g in _GROUPS)}")
    values = {n: np.array([np.nan if (v := row.get(n)) is None else float(v) for row in rows]) for n in names}
    grouped: dict[str, dict[str, Floats]] = {group: {} for group in _GROUPS}
    for column, array in values.items():
        group, _, name = column.partition("/")
        if group in grouped and any(row.get(column) is not None for row in rows):
            grouped[group][name] = array
    empty = {n: np.array([row.get(n) is None for row in rows]) for n in names}
    counted = np.arange(1, len(rows) + 1, dtype=np.float64)
    epoch = np.where(np.abs(given := values.get("epoch", counted)) < 1e9, given, counted).astype(np.int64)
    return History(
        source=source,
        tool=tool,
        epoch=epoch,
        train_parts=grouped["train"],
        val_parts=grouped["val"],
        metrics=grouped["metric"],
        lr=grouped["lr"],
        seconds=values.get("seconds", np.full(len(rows), np.nan)),
        not_written={n: mask for n, mask in empty.items() if mask.any()},
        planned_epochs=planned_epochs,
        warmup_epochs=warmup_epochs,
        patience=patience,
        mosaic_closes=mosaic_closes,
        train_metrics=grouped["train_metric"],
        ending=ending,
        no_labels=no_labels,
        scale_gone=scale_gone,
        device=device,
        classes=tuple(classes),
        adversarial=adversarial,
        stopped_early=stopped_early,
        left_out=tuple(left_out),
        notes=tuple(notes),
        told=tuple(told),
    )


_GROUPS = ("train", "val", "metric", "train_metric", "lr")


def _total(parts: Mapping[str, Floats], length: int) -> Floats:
    if "loss" in parts:
        return parts["loss"]
    if not parts:
        return np.full(length, np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(sum(parts.values()), dtype=np.float64)
