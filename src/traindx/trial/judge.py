"""Judges the arms of a trial: how far each learned, and whether the undone ones are cured. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from traindx.core.recording import Floats, Recording
from traindx.core.report import Arm, TrialVerdict
from traindx.core.trend import trend

Kind: TypeAlias = Literal["control", "undone"]

FEW = 5
"""Steps whose median is the start of a loss curve."""

LEAST_EFFECT = 0.05
"""The smallest share of its start by which a loss must fall more before one run counts as better. A guess."""

COLLAPSED = 1e-6
"""A loss that falls below this share of its start within an arm did not learn: what it measures is gone. A YOLOv8n whose
rate is 100 times too high, without warm-up, falls from 129 to 3e-10 in 16 steps, as no box is assigned to it any more."""

POINTS = 200
"""Points of a loss curve that an arm keeps for the report."""


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
    `comparable`: control and undone arms minimise the same loss on the same targets; not so when the dataset changed.
    `planned`: arms of each kind. `known`: the recording that the user gave shows the symptom. `seeable`: a check of the
    symptom could look at the control.
    """

    exact: bool = False
    comparable: bool = True
    planned: int = 2
    known: bool = False
    seeable: bool = True


@dataclass(frozen=True)
class Ruling:
    """A verdict with its reason in words, and the two numbers that it rests on (None where no two losses compare)."""

    verdict: TrialVerdict
    why: str
    effect: float | None = None
    spread: float | None = None


def curve(recording: Recording) -> tuple[Floats, Floats]:
    """Steps and losses where the loss is known: numbers, or infinite where it was not finite."""
    known = ~np.isnan(recording.loss)
    return recording.step[known].astype(float), recording.loss[known]


def start_of(steps: Floats, loss: Floats) -> float:
    """The loss before training: median of the first few steps, or the first value where it is less.

    The first value, because a loss that explodes at the second step would otherwise seem to have fallen afterwards.
    """
    early = loss[(steps < steps[0] + FEW) & np.isfinite(loss)]
    if not len(early):
        return math.nan
    first = float(loss[0]) if math.isfinite(loss[0]) else math.inf
    return min(float(np.median(early)), first)


def end_of(steps: Floats, loss: Floats) -> float:
    """The loss after training: median of the last tenth of the steps (five rows at least), infinite if half are not finite."""
    rows = max(int(np.sum(steps >= steps[-1] - (steps[-1] - steps[0]) / 10)), min(FEW, len(loss)))
    return float(np.median(np.where(np.isfinite(loss[-rows:]), loss[-rows:], np.inf)))


def learned(recording: Recording, reference: float | None = None) -> float | None:
    """The share by which the loss fell: (start - end) / |start|, at least -1. None where no loss was seen.

    A run that ends in a loss that is not finite, or with an exception, has learned -1: nothing of it can be used.
    A loss that collapsed to nothing (`COLLAPSED`) has learned 0.
    `reference` stands for the start where arms of one seed are compared: the lowest start among them. So an arm
    that begins from an exploded or badly scaled loss is not credited with coming back to where the other began.
    """
    steps, loss = curve(recording)
    if not len(loss):
        return -1.0 if recording.ending == "raised" else None
    start = start_of(steps, loss) if reference is None else reference
    end = end_of(steps, loss)
    if recording.ending == "raised" or not math.isfinite(end) or not math.isfinite(start):
        return -1.0
    if collapsed(recording):
        return 0.0
    return max(-1.0, (start - end) / max(abs(start), 1e-12))


def collapsed(recording: Recording) -> bool:
    """Whether the loss fell to nothing (`COLLAPSED`)."""
    steps, loss = curve(recording)
    early = np.abs(loss[:FEW][np.isfinite(loss[:FEW])])
    return len(loss) > 2 * FEW and len(early) > 0 and abs(end_of(steps, loss)) < COLLAPSED * float(early.max())


def noise(loss: Sequence[float]) -> float:
    """How far `learned` strays by chance: the standard error of the two medians, as a share of the start."""
    values = np.array(loss)
    if np.isfinite(values).sum() < 2 * FEW:
        return 0.0
    seen = trend(values)
    error = 1.2533 * seen.noise * math.sqrt(1 / FEW + 1 / max(FEW, len(values) // 10))
    return error / max(abs(seen.start), 1e-12)


def arms_of(runs: Sequence[Run], symptoms: Sequence[bool], *, comparable: bool = True) -> tuple[Arm, ...]:
    """The arms of a trial; `symptoms` says of each run whether the checks saw the symptom."""
    references: dict[int, float] = {}
    for run in runs:
        if comparable and run.recording is not None and len(curve(run.recording)[1]) and not collapsed(run.recording):
            start = start_of(*curve(run.recording))
            if math.isfinite(start):
                references[run.seed] = min(start, references.get(run.seed, math.inf))
    return tuple(_arm(run, ill, references.get(run.seed)) for run, ill in zip(runs, symptoms, strict=True))


def _arm(run: Run, symptom: bool, reference: float | None) -> Arm:
    recording = run.recording
    if recording is None:
        return Arm(run.kind, run.seed, 0, False, None, run.seconds, failed=run.failed)
    return Arm(
        name=run.kind,
        seed=run.seed,
        steps=int(recording.step[-1]) + 1 if len(recording.step) else 0,
        symptom=symptom,
        learned=learned(recording, reference),
        seconds=run.seconds,
        loss=thinned(*curve(recording)),
        recording=recording.folder or None,
        failed=run.failed,
    )


def thinned(steps: Floats, loss: Floats, points: int = POINTS) -> tuple[float, ...]:
    """The curve at no more than `points` steps, evenly spaced in time (recordings are denser at their start)."""
    if len(loss) <= points:
        return tuple(loss.tolist())
    wanted = np.linspace(steps[0], steps[-1], points)
    rows = np.unique(np.searchsorted(steps, wanted, side="right") - 1)
    return tuple(loss[rows].tolist())


def same_start(one: Recording, other: Recording) -> bool:
    """Whether two runs began with the same losses (five steps, to 0.01 %): what a command that seeds itself does."""
    a, b = one.loss[:FEW], other.loss[:FEW]
    return len(a) > 0 and len(a) == len(b) and bool(np.isfinite(a).any()) and np.allclose(a, b, 1e-4, 0, equal_nan=True)


def same_losses(one: Recording, other: Recording) -> bool:
    """Whether two runs went exactly the same way."""
    rows = min(len(one.loss), len(other.loss))
    return rows > 0 and np.array_equal(one.loss[:rows], other.loss[:rows], equal_nan=True)


def decide(arms: Sequence[Arm], rules: Rules, *, unchanged: bool = False) -> Ruling | None:
    """The verdict on the arms that were run so far; None while more of them are needed.

    `unchanged`: an undone arm went exactly as its control did. Confirmed: the symptom in every control and in no undone
    arm, and the undone arms learned more, by more than the spread between seeds, the noise of the curves and
    `LEAST_EFFECT`. A run that ends worse than it began counts as having learned 0, not less: so a treatment that merely
    stops the training (rate zero) is no better than a control that went to nan.
    """
    controls = [a for a in arms if a.name == "control"]
    undone = [a for a in arms if a.name == "undone"]
    broken = next((a for a in arms if a.failed), None)
    if broken is not None:
        return Ruling("inconclusive", f"the {broken.name} arm of seed {broken.seed} {broken.failed}")
    if controls and not rules.seeable:
        return Ruling("inconclusive", "no check of the symptom could look at what the arm left behind")
    if controls and not all(a.symptom for a in controls):
        return _without_symptom(controls, rules)
    if not controls or not undone:
        return None
    if unchanged and (any(a.symptom for a in undone) or not rules.comparable):
        return Ruling("inconclusive", "undoing it did not reach the run: both arms went exactly alike")
    full = min(len(controls), len(undone)) >= rules.planned
    return _compare(controls, undone, rules, full)


def _without_symptom(controls: Sequence[Arm], rules: Rules) -> Ruling:
    shown = sum(a.symptom for a in controls)
    if shown:
        return Ruling("inconclusive", f"the symptom came in only {shown} of {len(controls)} unchanged runs")
    if rules.known:
        return Ruling("inconclusive", "the symptom that the recording shows did not come back in the unchanged run")
    return Ruling("refuted", "the symptom that this cause explains is not in this run")


def _compare(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules, full: bool) -> Ruling | None:
    """Both kinds of arm are there and every control shows the symptom."""
    ill = sum(a.symptom for a in undone)
    effect, spread, margin = _effect(controls, undone, rules)
    numbers = (effect if rules.comparable else None, spread)
    better = effect is not None and effect > margin
    nothing = effect is None or effect <= LEAST_EFFECT
    if ill and nothing:
        if rules.exact:
            return Ruling("inconclusive", "undoing it did not remove what the check saw", *numbers)
        return Ruling("refuted", "the trouble stayed with it undone", *numbers)
    if not full:
        hopeless = effect is not None and nothing and not rules.exact
        return Ruling("refuted", "the symptom went, but the run learned no better", *numbers) if hopeless else None
    if ill:
        share = f"in {ill} of {len(undone)} undone runs"
        return Ruling("inconclusive", f"undoing it helped, but the symptom stayed {share}", *numbers)
    if effect is not None and effect < -margin:
        return Ruling("refuted", "the symptom went, but the run learned less", *numbers)
    if better or rules.exact:
        return Ruling("confirmed", "", *numbers)
    if effect is None:
        return Ruling("inconclusive", "the symptom went, but no loss was seen that could show learning", *numbers)
    if nothing:
        return Ruling("refuted", "the symptom went, but the runs learned no better", *numbers)
    return Ruling("inconclusive", f"the symptom went, but the gain is within the spread ({margin:.0%})", *numbers)


def _effect(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> tuple[float | None, float | None, float]:
    """Effect, spread between seeds, and the margin that the effect must exceed.

    Where the targets changed, losses of the two kinds do not compare: the effect is what the undone arms learned.
    """
    before = [max(0.0, a.learned) for a in controls if a.learned is not None]
    after = [max(0.0, a.learned) for a in undone if a.learned is not None]
    if not after or (rules.comparable and not before):
        return None, None, LEAST_EFFECT
    groups = [before, after] if rules.comparable else [after]
    spread = max(max(g) - min(g) for g in groups)
    scatter = max(noise(a.loss) for a in undone)
    effect = float(np.mean(after)) - (float(np.mean(before)) if rules.comparable else 0.0)
    return effect, spread, max(spread, LEAST_EFFECT, 2 * scatter)
