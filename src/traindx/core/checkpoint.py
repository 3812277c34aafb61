"""A checkpoint as a fact: which parts a file of weights holds, and what the numbers of each tensor are like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["model", "ema", "optimizer", "scheduler", "scaler", "random", "other"]
Writer: TypeAlias = Literal["ultralytics", "yolov5", "lightning", "huggingface", "timm", "openmmlab", "pytorch"]

COUNTERS = (
    "epoch",
    "global_step",
    "step",
    "iteration",
    "iter",
    "last_epoch",
    "start_epoch",
    "epochs_trained",
    "steps",
    "num_updates",
    "n_iter",
    "current_epoch",
)
"""Names under which a file says how far the training was."""

FLOATS = frozenset(["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
HALVES = frozenset(["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])


@dataclass(frozen=True)
class Tensor:
    """A saved tensor. `not_finite` counts its NaN and infinite values; `constant` is the value that all of it have, None where
    they differ; `low` and `high` are known of short tensors alone (statistics, biases, counters), `largest` is the largest size of
    a value in any that is of floats and finite."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"
    not_finite: int = 0
    constant: float | None = None
    low: float | None = None
    high: float | None = None
    largest: float | None = None

    @property
    def broken(self) -> bool:
        """Whether values are NaN or infinite that should not be: a mask of attention is infinite in a part on purpose."""
        return self.not_finite > 0 and not ("mask" in self.name.lower() and self.not_finite < self.numel)

    @property
    def numel(self) -> int:
        """How many values it has."""
        count = 1
        for side in self.shape:
            count *= side
        return count


@dataclass(frozen=True)
class Part:
    """One thing in a checkpoint: `key` leads to it, as `ema.module`; `values` are the plain numbers and words in it.

    Of an optimizer the tensors are named `3.exp_avg`, by parameter, and `groups` are its settings.
    `distance` is, of averaged weights, how far they are from the model's, as a share of these.
    """

    key: str
    role: Role
    tensors: tuple[Tensor, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[Mapping[str, Any], ...] = ()
    distance: float | None = None

    def __str__(self) -> str:
        return self.key or "the file's own names"

    @property
    def by_name(self) -> dict[str, Tensor]:
        """Its tensors by name."""
        return {t.name: t for t in self.tensors}


@dataclass(frozen=True)
class Checkpoint:
    """A file or folder of weights. `damage` says what of it cannot be read; `values` are the plain values at its top, `settings`
    those of the training that wrote it; `code` are the functions and classes that its pickles name."""

    path: str
    format: str
    writer: Writer = "pytorch"
    parts: tuple[Part, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    code: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    has_names: bool = False
    bytes: int = 0
    files: tuple[str, ...] = ()

    def of(self, *roles: Role) -> tuple[Part, ...]:
        """The parts in these roles."""
        return tuple(part for part in self.parts if part.role in roles)

    @property
    def weights(self) -> Iterator[tuple[Part, Tensor]]:
        """Every tensor of the model and of its average."""
        return ((part, tensor) for part in self.of("model", "ema") for tensor in part.tensors)

    @property
    def counter(self) -> tuple[str, int] | None:
        """The name and value of the epoch or step that was saved, whatever it is."""
        for name in COUNTERS:
            value = self.values.get(name, self.values.get(f"meta.{name}"))
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return name, int(value)
        return None

    @property
    def steps(self) -> int | None:
        """The most steps that an optimizer in it counts, None where none counts."""
        optimizers = self.of("optimizer")
        counts = [t.high for p in optimizers for t in p.tensors if t.name.endswith(".step") and t.high is not None]
        counts += [float(v) for p in optimizers for k, v in p.values.items() if k.endswith(".step")]
        return int(max(counts)) if counts else None

    @property
    def trained(self) -> bool:
        """Whether something in it shows that training steps were taken before it was written."""
        counted = self.counter
        tracked = any((t.high or 0) > 0 for _, t in self.weights if t.name.endswith("num_batches_tracked"))
        moving = any(p.tensors for p in self.of("optimizer"))
        return tracked or moving or bool(self.steps) or (counted is not None and counted[1] > 0)
