"""B252: without augmentation the labels are learned, with it they are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import pairing
from traindx.core.twins_examples import plain_and, with_twins


@check("B252", level="warning")
def augmentation_hides_the_labels(tryouts: Tryouts) -> Iterator[Finding | Measured]:
    """After the same steps held back samples fit their labels where the random transforms are left out, and not with them.

    ## Why is this bad?
    What the labels are about is cropped away, hidden or changed beyond recognition in most pictures.

    ## How to fix
    Look at pictures as the network gets them; begin without augmentation and add one transform at a time.
    A training with strong augmentation may need more steps than the twins have: where it learns later, this is no fault.
    """
    twins = tryouts.twins
    if twins is not None and twins.augmented is not None:
        twins = replace(twins.augmented, plain=twins)
    if twins is None or twins.plain is None:
        raise NotEnough("needs twins with and without augmentation: `--augment` beside `--twins`")
    found, plain = pairing(twins), pairing(twins.plain)
    if found is None or plain is None:
        raise NotEnough("the labels of the batches cannot be told apart")
    yield Measured("standard errors that own labels fit better", round(found.z, 2))
    yield Measured("the same without augmentation", round(plain.z, 2), "the same")
    if plain.belongs and not found.belongs and twins.held_out:
        text = f"after {twins.steps} steps held back samples give {found.own:.4g} with their own labels, {found.others:.4g}"
        text += f" with one another's; without augmentation {plain.own:.4g} and {plain.others:.4g}"
        yield Finding(Place(step=twins.steps), text)


@augmentation_hides_the_labels.fires_on
def erased_but_for_a_corner() -> Facts:
    return {"tryouts": plain_and(with_twins(), later={"base": 2.3}, shuffled=2.31)}


@augmentation_hides_the_labels.quiet_on
def not_learned_either_way() -> Facts:
    return {"tryouts": plain_and(with_twins(later={"base": 2.3}, shuffled=2.31), later={"base": 2.3}, shuffled=2.31)}


@augmentation_hides_the_labels.quiet_on
def learned_with_it() -> Facts:
    return {"tryouts": plain_and(with_twins())}
