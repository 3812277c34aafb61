"""B251: labels fit held back samples no better than one another's, though the training samples are learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import pairing
from traindx.core.twins_examples import with_twins


@check("B251", level="warning")
def labels_fit_no_better_than_others(
    tryouts: Tryouts, *, fall: float = 0.5, sure: float = 2.0
) -> Iterator[Finding | Measured]:
    """The loss on the training samples has fallen far, and held back samples fit their own labels no better than others'.

    ## Why is this bad?
    What was learned is which sample has which label, by heart; nothing of it holds for another sample. Labels that do not belong
    to their inputs can be learned in no other way.

    ## How to fix
    Sort file lists before pairing them, shuffle pictures and labels with one permutation, look at twenty samples.

    Reported where the loss fell by `fall` of its start and below `fall` of the held back samples', and own labels lie
    within `sure` standard errors of others' (guesses). Where labels say something that is hard to learn from few samples it
    looks the same.
    """
    twins = tryouts.twins
    found = None if twins is None else pairing(twins)
    if twins is None or found is None or not twins.held_out:
        raise NotEnough("needs twins of samples that were held back; run `traindx prove RUN --try twins`")
    by_heart = fallen(twins.losses) >= fall and last(twins.losses) < fall * found.own
    if not found.belongs and (found.z >= sure or not by_heart):
        raise NotEnough(f"too little was learned in {twins.steps} steps to tell")
    yield Measured(
        "loss with own labels, with one another's", f"{found.own:.4g}, {found.others:.4g}", "less with own ones"
    )
    yield Measured("standard errors between them", round(found.z, 2), f"over {sure:g}")
    if found.z < sure:
        text = f"after {twins.steps} steps the training loss is {last(twins.losses):.4g}; held back samples give"
        yield Finding(
            Place(step=twins.steps),
            f"{text} {found.own:.4g} with their own labels, {found.others:.4g} with one another's",
        )


def last(losses: tuple[float, ...]) -> float:
    """The mean of the last tenth."""
    tail = losses[-max(3, len(losses) // 10) :]
    return sum(tail) / len(tail)


def fallen(losses: tuple[float, ...]) -> float:
    """The share of the first loss that was lost; 0 for fewer than 20 losses."""
    if len(losses) < 20:
        return 0.0
    first = sum(losses[:3]) / 3
    return (first - last(losses)) / first if first > 0 else 0.0


@labels_fit_no_better_than_others.fires_on
def learned_by_heart() -> Facts:
    falling = tuple(2.3 - 0.02 * i for i in range(110))
    return {"tryouts": with_twins(later={"base": 3.1}, shuffled=3.1, losses=falling)}


@labels_fit_no_better_than_others.quiet_on
def labels_that_belong() -> Facts:
    falling = tuple(2.3 - 0.02 * i for i in range(110))
    return {"tryouts": with_twins(losses=falling)}


@labels_fit_no_better_than_others.quiet_on
def labels_that_belong_and_little_learned() -> Facts:
    slow = tuple(2.3 - 0.001 * i for i in range(110))
    return {"tryouts": with_twins(later={"base": 2.1}, shuffled=2.4, losses=slow)}
