"""B249: a trained network knows the pictures better with their channels exchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twin_plan import EXCHANGED, SCALES
from traindx.core.twins import fits
from traindx.core.twins_examples import with_twins
from traindx.core.twins_words import NEARER


@check("B249", level="warning")
def exchanged_channels_fit_better(
    tryouts: Tryouts, *, times: float = NEARER, least: float = 0.02
) -> Iterator[Finding | Measured]:
    """The first batches lie nearer to what the network's batch norms were trained with when red and blue change places.

    ## Why is this bad?
    A pretrained network reads blue where red is meant; it learns anew what it knew.

    ## How to fix
    `cv2.imread` gives blue, green, red: `cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)`, or
    `PIL.Image.open(...).convert("RGB")`.

    Reported where the distance is `times` smaller in each batch, and by `least` (guesses; the distance is in running
    deviations, squared, its median over layers).
    """
    twins = tryouts.twins
    if twins is not None and twins.size:
        raise NotEnough("pictures were prepared by traindx, not by the training")
    far = {} if twins is None else fits(twins)
    known = [far[kind] for kind in EXCHANGED if kind in far]
    if "fit" not in far or not known:
        raise NotEnough("needs twins of pictures in colour and a network with trained batch norms")
    yield Measured("distance from the trained statistics", round(far["fit"], 4))
    yield Measured("with channels exchanged", round(min(known), 4), "more")
    scaled = min(
        (far[kind] for kind in SCALES if kind in far), default=math.inf
    )  # B250 says that they are the better reason
    if min(known) < scaled and min(known) * times < far["fit"] and far["fit"] - min(known) > least:
        text = f"with red and blue exchanged the pictures lie {min(known):.3g} from what the trained batch norms know"
        yield Finding(Place(step=0), f"{text}, as they are {far['fit']:.3g}")


@exchanged_channels_fit_better.fires_on
def blue_first() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.06, "swapped": 0.05, "exchanged": 0.003}, trained_norms=True)}


@exchanged_channels_fit_better.quiet_on
def red_first() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.2, "swapped": 0.5}, trained_norms=True)}


@exchanged_channels_fit_better.quiet_on
def grey_pictures() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.3, "swapped": 0.29}, trained_norms=True)}


@exchanged_channels_fit_better.quiet_on
def normalised_twice() -> Facts:
    return {
        "tryouts": with_twins(far={"fit": 2.1, "swapped": 1.2, "exchanged": 1.1, "undone": 0.01}, trained_norms=True)
    }
