"""Judges the arms of a trial: how far each learned, and whether the undone ones are cured. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from traindx.core.recording import Recording
from traindx.core.report import Arm, TrialVerdict
from traindx.trial.held_out import Basis, by_validation
from traindx.trial.interval import Effect, effect_of
from traindx.trial.learning import collapsed, curve, learned, noise, start_of, thinned

Kind: TypeAlias = Literal["control", "undone"]
Says: TypeAlias = "Callable[[TrialVerdict, str], Ruling]"

LEAST_EFFECT = 0.05
"""The smallest share of its start by which a loss must fall more before one run counts as better. A guess."""


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
    the symptom could look at the control.
    """

    exact: bool = False
    comparable: bool = True
    basis: Basis | None = "training batches"
    planned: int = 2
    known: bool = False
    seeable: bool = True


@dataclass(frozen=True)
class Ruling:
    """A verdict with its reason in words, and what it rests on (None where no two losses compare)."""

    verdict: TrialVerdict
    why: str
    effect: float | None = None
    spread: float | None = None
    interval: tuple[float, float] | None = None


def arms_of(
    runs: Sequence[Run], symptoms: Sequence[bool], *, comparable: bool = True, basis: Basis | None = "training batches"
) -> tuple[Arm, ...]:
    """The arms of a trial; `symptoms` says of each run whether the checks saw the symptom. Runs of a seed are set side by side."""
    made: dict[int, Arm] = {}
    for seed in dict.fromkeys(run.seed for run in runs):
        rows = [i for i, run in enumerate(runs) if run.seed == seed]
        whole = {i: recording for i in rows if (recording := runs[i].recording) is not None}
        reference = _reference(list(whole.values())) if comparable else None
        held = dict(zip(whole, by_validation(basis, list(whole.values())), strict=True))
        for i in rows:
            made[i] = replace(_arm(runs[i], symptoms[i], reference), held_out=held.get(i))
    return tuple(made[i] for i in range(len(runs)))


def _reference(recordings: Sequence[Recording]) -> float | None:
    """The lowest start among the arms of a seed."""
    starts = [start_of(*curve(r)) for r in recordings if len(curve(r)[1]) and not collapsed(r)]
    return min((s for s in starts if math.isfinite(s)), default=None)


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


def decide(arms: Sequence[Arm], rules: Rules, *, unchanged: bool = False) -> Ruling | None:
    """The verdict on the arms that were run so far; None while more of them are needed.

    `unchanged`: an undone arm went exactly as its control did. Confirmed: the symptom in every control and in no undone
    arm, and the undone arms learned more, seed by seed, by more than chance (`trial.interval`), the noise of the curves and
    `LEAST_EFFECT`. A run that ends worse than it began counts as having learned 0, not less: so a treatment that merely
    stops the training (rate zero) is no better than a control that went to nan. An exact fact is decided by the first pair.
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
    return _compare(controls, undone, rules)


def _without_symptom(controls: Sequence[Arm], rules: Rules) -> Ruling:
    shown = sum(a.symptom for a in controls)
    if shown:
        return Ruling("inconclusive", f"the symptom came in only {shown} of {len(controls)} unchanged runs")
    if rules.known:
        return Ruling("inconclusive", "the symptom that the recording shows did not come back in the unchanged run")
    return Ruling("refuted", "the symptom that this cause explains is not in this run")


def _compare(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> Ruling | None:
    """Both kinds of arm are there and every control shows the symptom."""
    ill, pairs = sum(a.symptom for a in undone), min(len(controls), len(undone))
    effect, margin = _effect(controls, undone, rules)
    mean = effect.mean if effect is not None else None
    better = effect is not None and effect.least > 0 and effect.mean > margin
    nothing = mean is None or mean <= LEAST_EFFECT
    says = _with_numbers(effect, _spread(controls, undone, rules), rules)
    if ill and nothing:
        if rules.exact:
            return says("inconclusive", "undoing it did not remove what the check saw")
        return says("refuted", "the trouble stayed with it undone")
    if ill:  # no further seed could confirm it
        share = f"{ill} of {len(undone)} undone runs"
        return says("inconclusive", f"undoing it helped, but the symptom stayed in {share}")
    if mean is not None and ((better and pairs > 1) or (rules.exact and mean >= -margin)):
        return says("confirmed", "")
    if pairs < rules.planned:
        hopeless = mean is not None and nothing and not rules.exact
        return says("refuted", _no_better(rules, "run")) if hopeless else None
    return _of_all(effect, better, margin, rules, says)


def _of_all(effect: Effect | None, better: bool, margin: float, rules: Rules, says: Says) -> Ruling:
    """All pairs that were planned are there, and the symptom went."""
    if effect is not None and effect.mean < -margin:
        return says("refuted", "the symptom went, but the run learned less")
    if better or rules.exact:
        return says("confirmed", "")
    if effect is None:
        words = (
            "the symptom went, but nothing was seen that could show learning"
            if rules.basis is None
            else ("the symptom went, but no loss was seen that could show learning")
        )
        return says("inconclusive", words)
    if effect.mean <= LEAST_EFFECT:
        return says("refuted", _no_better(rules, "runs"))
    return says("inconclusive", "the symptom went, but the gain is within what seeds and noise make of it")


def _no_better(rules: Rules, subject: str) -> str:
    measured = f" by their {rules.basis}" if rules.basis in ("validation loss", "validation accuracy") else ""
    return f"the symptom went, but the {subject} learned no better{measured}"


def _with_numbers(effect: Effect | None, spread: float | None, rules: Rules) -> Says:
    shown = effect if rules.comparable else None

    def says(verdict: TrialVerdict, why: str) -> Ruling:
        interval = (shown.low, shown.high) if shown is not None else None
        return Ruling(verdict, why, shown.mean if shown is not None else None, spread, interval)

    return says


def _effect(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> tuple[Effect | None, float]:
    """The effect over the seeds that have both arms, and the margin that it must exceed.

    Where the targets changed, losses of the two kinds do not compare: the effect is what the undone arms learned.
    """
    before = {a.seed: gain for a in controls if (gain := _gain(a, rules)) is not None}
    after = {a.seed: gain for a in undone if (gain := _gain(a, rules)) is not None}
    seeds = [seed for seed in after if seed in before or not rules.comparable]
    if not seeds:
        return None, LEAST_EFFECT
    scatter = max(noise(a.loss) for a in undone)
    differences = [after[seed] - (before[seed] if rules.comparable else 0.0) for seed in seeds]
    return effect_of(differences, scatter, rules.planned), max(LEAST_EFFECT, 2 * scatter)


def _spread(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> float | None:
    kinds = [controls, undone] if rules.comparable else [undone]
    gains = [[g for a in arms if (g := _gain(a, rules)) is not None] for arms in kinds]
    return max((max(g) - min(g) for g in gains if g), default=None) if gains[-1] else None


def _gain(arm: Arm, rules: Rules) -> float | None:
    """What an arm learned, by the basis of the trial; nothing where it ended worse than it began."""
    if rules.basis is None:
        return None
    share = arm.learned if arm.held_out is None else arm.held_out
    return None if share is None else max(0.0, share)
