"""A cause: it explains findings, and says how to fix, undo and induce itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from traindx.core.timeline import Kind
from traindx.core.treatment import Treatment

Proof = Literal["static", "observed", "twin", "trial"]
Framework = Literal["pytorch", "ultralytics", "lightning", "huggingface"]


@dataclass(frozen=True)
class Clue:
    """How a check's outcome speaks for or against a cause, as log-likelihood ratios (natural logarithm).

    `if_seen` counts when the check failed, `if_absent` when it looked and passed. `proves`: the finding itself is the proof.
    `from_start`: the cause acts from the first step, so a finding that starts later is not counted for it.
    `near`: the cause acts through an event of this kind (`core.timeline`), so a finding is counted only where one stands at its
    onset.
    """

    code: str
    if_seen: float
    if_absent: float = 0.0
    proves: bool = False
    from_start: bool = False
    near: Kind | None = None


@dataclass(frozen=True)
class Fix:
    """What to do, in words, and the lines to write for the framework at hand."""

    words: str
    snippets: Mapping[Framework, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """One row of the catalogue. `doc` is the module's docstring; `prior` is the log-odds before any evidence."""

    slug: str
    doc: str
    clues: tuple[Clue, ...]
    fix: Fix
    proof: Proof
    prior: float = -4.0
    undo: Treatment | None = None
    induce: Treatment | None = None

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.doc.strip().split("\n", 1)[0]
