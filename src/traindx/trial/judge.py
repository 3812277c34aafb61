"""Judges the arms of a trial: how far each learned, and whether the undone ones are cured. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from traindx.core.recording import Recording
from traindx.core.report import Arm
from traindx.trial.gains import Says, effect_between, is_better, measured, spread_of, with_numbers
from traindx.trial.held_out import Basis, by_validation
from traindx.trial.interval import Effect
from traindx.trial.learning import collapsed, curve, learned, start_of, thinned
from traindx.trial.rules import LEAST_EFFECT, Rules, Ruling, Run
from traindx.trial.unseen import needs_undone, not_seen, without_symptom


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
    A cause whose checks see nothing in the control is refuted where the undone arm learns no better, and confirmed where
    it learns much more (`LEAST_UNSEEN_EFFECT`) of what the run was not trained on, and arms are as long as the run.
    """
    controls = [a for a in arms if a.name == "control"]
    undone = [a for a in arms if a.name == "undone"]
    broken = next((a for a in arms if a.failed), None)
    if broken is not None:
        return Ruling("inconclusive", f"the {broken.name} arm of seed {broken.seed} {broken.failed}")
    if controls and not rules.seeable:
        return Ruling("inconclusive", "no check of the symptom could look at what the arm left behind")
    if controls and not undone and not needs_undone(controls, rules):
        return not_seen(rules)
    if not controls or not undone:
        return None
    if not all(a.symptom for a in controls):
        return without_symptom(controls, undone, rules, unchanged=unchanged)
    if unchanged and not rules.own:
        return Ruling(
            "refuted", "no check of this cause fails, and undoing it changed nothing: both arms went exactly alike"
        )
    if unchanged and (any(a.symptom for a in undone) or not rules.comparable):
        return Ruling("inconclusive", "undoing it did not reach the run: both arms went exactly alike")
    return _compare(controls, undone, rules)


def _compare(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules) -> Ruling | None:
    """Both kinds of arm are there and every control shows the symptom."""
    ill, pairs = sum(a.symptom for a in undone), min(len(controls), len(undone))
    effect, margin = effect_between(controls, undone, rules)
    mean = effect.mean if effect is not None else None
    better = effect is not None and is_better(effect, margin, controls, undone, rules)
    nothing = mean is None or mean <= LEAST_EFFECT
    says = with_numbers(effect, spread_of(controls, undone, rules), rules)
    if ill and nothing:
        if rules.exact:
            return says("inconclusive", "undoing it did not remove what the check saw")
        return says("refuted", "the trouble stayed with it undone")
    if ill:  # no further seed could confirm it
        share = f"{ill} of {len(undone)} undone runs"
        return says("inconclusive", f"undoing it helped, but the symptom stayed in {share}")
    if not rules.own and not nothing and not (rules.held_out and rules.whole):
        return says("inconclusive", "it helped, but no check of this cause fails in the unchanged run")
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
    return f"the symptom went, but the {subject} learned no better{measured(rules)}"
