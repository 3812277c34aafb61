"""B245: running statistics cannot become those of the data within the run, and evaluation loses what was learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import gap, unsettled
from traindx.core.twins_examples import with_twins
from traindx.core.twins_words import significant


@check("B245", level="warning")
def running_statistics_left_behind(tryouts: Tryouts, *, left: float = 0.05) -> Iterator[Finding | Measured]:
    """As in evaluation the network has lost what it learned; with statistics of the same samples it has not.

    ## Why is this bad?
    Validation normalises by running statistics that describe other activations: the training loss falls and validation
    stays at chance.

    ## How to fix
    A momentum of 0.1 (torch's own: the share of each batch), or less only for runs of many steps.

    Reported where half of what was learned is lost (a guess), and where by the momentum `left` of the statistics of new
    layers remains after all of the run's steps: statistics that only lag behind weights that move fast settle by
    themselves; those of a file's weights do not.
    """
    twins = tryouts.twins
    running = None if twins is None else gap(twins, "running")
    fresh = None if twins is None else gap(twins, "refreshed")
    if twins is None or running is None or fresh is None:
        raise NotEnough("needs twins of a network with batch norms; run `traindx prove RUN --try twins`")
    if not significant(running):
        raise NotEnough("too little was learned in the twins' steps to be lost")
    remains = unsettled(twins, max(twins.steps, twins.planned))
    yield Measured("share of what was learned lost as in evaluation", round(running.lost, 3), "under 0.5")
    yield Measured("new statistics left after all steps, by the momentum", round(remains, 4), f"under {left:g}")
    if running.loses and fresh.lost < 0.25 and (remains > left or twins.weights):
        text = f"with its running statistics the network's loss on held back samples is {running.changed:.4g}"
        text += f", with theirs {fresh.changed:.4g} (with nothing learned {running.nothing:.4g})"
        why = f"a momentum of {twins.momentum:g} leaves {remains:.0%} of new ones"
        place = Place(path=twins.weights) if twins.weights else Place(setting="momentum")
        yield Finding(place, f"{text}; {why if not twins.weights else 'those of the file are of other activations'}")


@running_statistics_left_behind.fires_on
def a_momentum_that_never_gets_there() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 0.85}, momentum=0.0005)}


@running_statistics_left_behind.fires_on
def statistics_of_a_file_that_are_of_something_else() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 0.85}, weights="last.pt", steps=0)}


@running_statistics_left_behind.quiet_on
def weights_that_move_fast() -> Facts:
    return {"tryouts": with_twins(later={"running": 2.4, "refreshed": 0.85})}


@running_statistics_left_behind.quiet_on
def a_low_momentum_that_was_enough() -> Facts:
    return {"tryouts": with_twins(later={"running": 0.9, "refreshed": 0.85}, momentum=0.0005)}
