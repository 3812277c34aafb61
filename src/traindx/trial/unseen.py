"""The ruling where the unchanged runs do not show the symptom: then what was learned decides. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from traindx.core.report import Arm, TrialVerdict
from traindx.trial.gains import effect_between, is_better, measured, share_of_rest, spread_of, with_numbers
from traindx.trial.rules import LEAST_EFFECT, LEAST_OF_REST, Rules, Ruling


def needs_undone(controls: Sequence[Arm], rules: Rules) -> bool:
    """Whether an undone arm can say more: not where there is no symptom, and nothing that compares what was learned."""
    blind = not rules.comparable or rules.basis is None or all(a.learned is None for a in controls)
    return any(a.symptom for a in controls) or not blind


def not_seen(rules: Rules) -> Ruling:
    if rules.known:
        return Ruling("inconclusive", "the symptom that the recording shows did not come back in the unchanged run")
    return Ruling("refuted", "the symptom that this cause explains is not in this run")


def without_symptom(controls: Sequence[Arm], undone: Sequence[Arm], rules: Rules, *, unchanged: bool) -> Ruling | None:
    """Not every control shows the symptom: what was learned decides.

    Nothing gained refutes, if no control shows it: at the first pair where its noise leaves no room for a gain. A gain
    confirms only as `Rules.held_out` and `whole` ask: to learn faster for a while is no cure, as no check sees an illness.
    """
    shown, ill, pairs = (
        sum(a.symptom for a in controls),
        sum(a.symptom for a in undone),
        min(len(controls), len(undone)),
    )
    if not needs_undone(controls, rules):
        return not_seen(rules)
    rules = replace(rules, own=rules.own and shown > 0)
    effect, margin = effect_between(controls, undone, rules)
    says = with_numbers(effect, spread_of(controls, undone, rules), rules)
    seen = f"the symptom came in only {shown} of {len(controls)} unchanged runs" if shown else not_seen(rules).why
    if effect is None:
        return not_seen(rules) if not shown else Ruling("inconclusive", seen)
    if unchanged and effect.mean == 0:
        return says(not_seen(rules).verdict, f"{seen}: undoing it changed nothing, both arms went exactly alike")
    nothing = effect.mean <= LEAST_EFFECT and share_of_rest(controls, undone, rules) < LEAST_OF_REST
    if nothing and rules.alike and _trained(undone) > _trained(controls) + LEAST_EFFECT:
        if pairs < rules.planned:
            return None
        return says(
            "inconclusive", f"{seen}. With it undone the run learned more of its training batches, not of others"
        )
    if (nothing and (effect.high <= LEAST_EFFECT or effect.mean <= 0)) or (nothing and pairs >= rules.planned):
        verdict: TrialVerdict = "inconclusive" if shown or rules.known else "refuted"
        return says(verdict, f"{seen}, and the run learned no better{measured(rules)}")
    if ill:
        return says("inconclusive", f"{seen}, and {ill} of {len(undone)} undone runs show it")
    if not (rules.held_out and rules.whole):
        what = "pictures that it was not trained on" if not rules.held_out else "the whole length of the run"
        words = f"{seen}. It learned more with it undone, which counts only if seen on {what}"
        return says("inconclusive", words)
    if pairs > 1 and is_better(effect, margin, controls, undone, rules):
        return says("confirmed", f"{_capital(seen)}, but it learned less{measured(rules)}")
    if pairs < rules.planned:
        return None
    return says("inconclusive", f"{seen}; the gain is within what seeds and noise make of it")


def _trained(arms: Sequence[Arm]) -> float:
    """What arms learned by their own batches."""
    known = [max(0.0, arm.learned) for arm in arms if arm.learned is not None]
    return sum(known) / len(known) if known else 0.0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
