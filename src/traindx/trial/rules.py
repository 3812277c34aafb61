"""What is handed to the judge of a trial, and what comes back: runs, what a cause asks of the verdict, the ruling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from traindx.core.recording import Recording
from traindx.core.report import TrialVerdict
from traindx.trial.held_out import Basis

Kind: TypeAlias = Literal["control", "undone"]

LEAST_EFFECT = 0.05
"""The smallest share of its start by which a loss must fall more before one run counts as better. A guess."""

LEAST_UNSEEN_EFFECT = 0.1
"""The same where no check of the cause fails in the unchanged run: what was learned is then all that speaks for it. A guess."""

LEAST_OF_REST = 0.2
"""A gain of this share of what the unchanged run left to learn is no reason to refute a cause, however little there was left."""


@dataclass(frozen=True)
class Run:
    """One arm as it was run: its recording, or `failed`, why there is none to judge (out of time, never reached a step)."""

    kind: Kind
    seed: int
    seconds: float
    recording: Recording | None = None
    failed: str | None = None


@dataclass(frozen=True)
class Rules:
    """What the cause asks of the verdict.

    `exact`: the symptom is a fact of its own (a parameter in no optimizer), so undoing it need not improve the loss.
    `comparable`: control and undone arms are trained on the same targets; not so when the dataset changed.
    `basis`: what both kinds of arm can be measured by; None where nothing that was seen compares them.
    `planned`: arms of each kind at most. `known`: the recording that the user gave shows the symptom. `seeable`: a check of
    the symptom could look at the control. `own`: the symptom is what the cause's checks saw; else they saw nothing, and it is
    whatever other checks saw. `whole`: the arms are as long as the run itself. `alike`: the losses of training compare.
    """

    exact: bool = False
    comparable: bool = True
    basis: Basis | None = "training batches"
    planned: int = 2
    known: bool = False
    seeable: bool = True
    own: bool = True
    whole: bool = True
    alike: bool = True

    @property
    def least(self) -> float:
        """The smallest effect that confirms."""
        return LEAST_EFFECT if self.own else LEAST_UNSEEN_EFFECT

    @property
    def held_out(self) -> bool:
        """Whether learning is seen on pictures that the run was not trained on."""
        return self.basis not in (None, "training batches")


@dataclass(frozen=True)
class Ruling:
    """A verdict with its reason in words, and what it rests on (None where no two losses compare)."""

    verdict: TrialVerdict
    why: str
    effect: float | None = None
    spread: float | None = None
    interval: tuple[float, float] | None = None
