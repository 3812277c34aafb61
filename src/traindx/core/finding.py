"""A finding: one thing wrong at one place, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Place:
    """Where something is wrong. Every field is optional; the JSON contract names exactly these.

    `path` and `image` are relative to the dataset's root (or to the working directory of a command),
    `line` and `step` count from 1 and from 0.
    """

    path: str | None = None
    line: int | None = None
    image: str | None = None
    layer: str | None = None
    parameter: str | None = None
    step: int | None = None
    rank: int | None = None
    setting: str | None = None

    def __str__(self) -> str:
        parts = []
        if self.path is not None:
            parts.append(self.path if self.line is None else f"{self.path}:{self.line}")
        elif self.image is not None:
            parts.append(self.image)
        parts += [
            f"{name} {value}"
            for name in ("layer", "parameter", "step", "rank", "setting")
            if (value := getattr(self, name)) is not None
        ]
        return ", ".join(parts)


@dataclass(frozen=True)
class Measured:
    """A number (or word) that was measured, and what it should be, in words: `Measured("class id", 2, "0..1")`."""

    name: str
    value: float | int | str | None
    expected: str = ""
    unit: str = ""

    def __str__(self) -> str:
        value = f"{self.value:.4g}" if isinstance(self.value, float) else str(self.value)
        text = f"{self.name} {value}{' ' + self.unit if self.unit else ''}"
        return f"{text} (should be {self.expected})" if self.expected else text


@dataclass(frozen=True)
class Line:
    """One line of a curve: x and y of equal length; y may hold nan and infinities."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """One or several lines over the same axes; `onset` marks the x at which the symptom starts."""

    title: str
    lines: tuple[Line, ...]
    x_label: str = "step"
    y_label: str = ""
    onset: float | None = None
    log_y: bool = False
    log_x: bool = False


@dataclass(frozen=True)
class Box:
    """A box drawn into a picture: corners in pixels of the full picture."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture with boxes. `path` is absolute; a renderer that cannot open it shows the caption alone."""

    path: str
    boxes: tuple[Box, ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """A small table: column heads and rows of words or numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]


@dataclass(frozen=True)
class Bars:
    """Bars side by side: for every label one value of each series. A histogram is bars whose labels are the bins' edges."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    unit: str = ""


Evidence: TypeAlias = Measured | Curve | Picture | Table | Bars


@dataclass(frozen=True)
class Finding:
    """One thing wrong at one place. `message` is one line with the number and what it should have been."""

    place: Place
    message: str
    evidence: tuple[Evidence, ...] = ()
    fix: str | None = None
