"""B249: a trained network knows the pictures better with their channels exchanged."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.tryout import Tryouts
from traindx.core.twins import fits
from traindx.core.twins_examples import with_twins


@check("B249", level="warning")
def exchanged_channels_fit_better(
    tryouts: Tryouts, *, times: float = 1.5, least: float = 0.02
) -> Iterator[Finding | Measured]:
    """The first batches lie nearer to what the network's batch norms were trained with when red and blue change places.

    ## Why is this bad?
    A pretrained network reads blue where red is meant; it learns anew what it knew.

    ## How to fix
    `cv2.imread` gives blue, green, red: `cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)`, or `PIL.Image.open(...).convert("RGB")`.
    Reported where the distance is `times` smaller in each batch, and by `least` (guesses; the distance is in running
    deviations, squared, its median over layers).
    """
    twins = tryouts.twins
    far = {} if twins is None else fits(twins)
    if "fit" not in far or "swapped" not in far:
        raise NotEnough("needs twins of pictures in colour and a network with trained batch norms")
    yield Measured("distance from the trained statistics", round(far["fit"], 4))
    yield Measured("with channels exchanged", round(far["swapped"], 4), "more")
    if far["swapped"] * times < far["fit"] and far["fit"] - far["swapped"] > least:
        text = (
            f"with red and blue exchanged the pictures lie {far['swapped']:.3g} from what the trained batch norms know"
        )
        yield Finding(Place(step=0), f"{text}, as they are {far['fit']:.3g}")


@exchanged_channels_fit_better.fires_on
def blue_first() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.6, "swapped": 0.2}, trained_norms=True)}


@exchanged_channels_fit_better.quiet_on
def red_first() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.2, "swapped": 0.5}, trained_norms=True)}


@exchanged_channels_fit_better.quiet_on
def grey_pictures() -> Facts:
    return {"tryouts": with_twins(far={"fit": 0.3, "swapped": 0.29}, trained_norms=True)}
