"""B247: with dropout the network shows next to nothing of what its weights have learned."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import hidden
from traindx.core.twins_examples import with_twins


@check("B247", level="warning")
def dropout_hides_what_is_learned(tryouts: Tryouts, *, share: float = 0.2) -> Iterator[Finding | Measured]:
    """Without dropout the loss of held back samples has fallen, and with it next to nothing of that shows.

    ## Why is this bad?
    So much is left out in each step that what is left says little: gradients are mostly noise, and a training that could
    learn crawls.

    ## How to fix
    Less dropout: 0.1 to 0.5, or none while the training loss has not fallen.

    `share` is the part of what the weights have learned that is to show in training (a guess; half of the units of VGG's
    classifier dropped leave more).
    """
    twins = tryouts.twins
    found = None if twins is None else hidden(twins)
    if twins is None or found is None:
        raise NotEnough("needs twins of a network with dropout; run `traindx prove RUN --try twins`")
    if not found.learned:
        raise NotEnough("too little was learned in the twins' steps to be hidden")
    yield Measured("share of what was learned that shows with dropout", round(found.shows, 3), f"over {share:g}")
    if found.shows < share:
        text = f"without dropout the loss has fallen from {found.bare_start:.4g} to {found.bare:.4g}"
        yield Finding(Place(setting="dropout"), f"{text}, with it from {found.start:.4g} to {found.base:.4g}")


@dropout_hides_what_is_learned.fires_on
def nine_tenths_dropped() -> Facts:
    return {"tryouts": with_twins(later={"base": 2.25, "no_dropout": 1.1}, drops=2)}


@dropout_hides_what_is_learned.quiet_on
def half_of_the_units() -> Facts:
    return {"tryouts": with_twins(later={"base": 1.4, "no_dropout": 0.9}, drops=2)}


@dropout_hides_what_is_learned.quiet_on
def nothing_learned_yet() -> Facts:
    return {
        "tryouts": with_twins(later={"base": 1.2, "no_dropout": 0.9}, drops=2),
    }
