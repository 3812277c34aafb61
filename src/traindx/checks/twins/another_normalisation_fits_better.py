"""B250: a trained network knows the pictures better when they are normalised otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twin_plan import EXCHANGED, SCALES
from traindx.core.twins import fits
from traindx.core.twins_examples import with_twins
from traindx.core.twins_words import NAMES


@check("B250", level="warning")
def another_normalisation_fits_better(
    tryouts: Tryouts, *, times: float = 2.0, least: float = 0.1
) -> Iterator[Finding | Measured]:
    """The first batches lie nearer to what the network's batch norms were trained with when they are normalised otherwise.

    ## Why is this bad?
    A pretrained network expects the scale and shift that it was trained with. Others move every layer's input, and most of what
    it knew is lost.

    ## How to fix
    Take the transforms that come with the weights (`weights.transforms()`, `timm.data.resolve_model_data_config`).

    Reported where the distance is `times` smaller in each batch, and by `least` (guesses; the distance is in running
    deviations, squared, its median over layers).
    """
    twins = tryouts.twins
    if twins is not None and twins.size:
        raise NotEnough("pictures were prepared by traindx, not by the training")
    far = {} if twins is None else fits(twins)
    known = {kind: far[kind] for kind in SCALES if kind in far}
    if "fit" not in far or not known:
        raise NotEnough(
            "needs twins of a network with trained batch norms, on pictures that the loader gives as floats"
        )
    best = min(known, key=lambda kind: known[kind])
    yield Measured("distance from the trained statistics", round(far["fit"], 4))
    yield Measured(NAMES[best], round(known[best], 4), "more")
    exchanged = min((far[kind] for kind in EXCHANGED if kind in far), default=math.inf)  # B249 says that
    if known[best] < exchanged and known[best] * times < far["fit"] and far["fit"] - known[best] > least:
        text = f"{NAMES[best]}, the pictures lie {known[best]:.3g} from what the trained batch norms know"
        yield Finding(Place(step=0), f"{text}, as they are {far['fit']:.3g}")


@another_normalisation_fits_better.fires_on
def normalised_twice() -> Facts:
    return {"tryouts": with_twins(far={"fit": 2.1, "undone": 0.2, "applied": 6.0}, trained_norms=True)}


@another_normalisation_fits_better.quiet_on
def as_it_was_trained() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.2, "undone": 0.9, "applied": 6.0}, trained_norms=True)}


@another_normalisation_fits_better.quiet_on
def pictures_of_another_kind() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.9, "undone": 0.7, "applied": 6.0}, trained_norms=True)}
