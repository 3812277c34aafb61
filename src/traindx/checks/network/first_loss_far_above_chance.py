"""M214: the first loss of a classifier is far above that of guessing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.first_signal import mean_gain
from traindx.core.network import Network
from traindx.core.network_example import network_with, scores_with


@check("M214", level="warning")
def first_loss_far_above_chance(network: Network, *, over: float = 8.0) -> Iterator[Finding | Measured]:
    """Before any step the cross entropy is many times ln K: the scores differ by far more than they should.

    ## Why is this bad?
    The network starts certain of what it cannot know. The first steps undo that, with large gradients, and layers behind which
    nothing normalises are thrown about.

    ## How to fix
    Look at the last layer and at what is multiplied with its output: a scale, a temperature, weights that are not drawn by the
    number of inputs. Inputs that are not scaled do the same.

    ln K is what guessing among K classes costs. `over` is a guess: untrained classifiers of torchvision and timm lie between
    1.0 and 4.6 (`python bench/stock_models.py`). Where each layer lets the signal grow M212 names it; weights that were trained
    for other classes are left alone.
    """
    scores = network.scores
    if scores is None or scores.classes < 2 or network.task != "classify" or network.weights == "loaded":
        return
    chance = math.log(scores.classes)
    number = Measured("first loss over that of guessing", scores.loss / chance, f"about 1, under {over:g}")
    yield number
    if scores.loss > over * chance and not mean_gain(network.signal) > 2.5:
        text = f"the scores of {network.head or 'the last layer'} run {scores.low:.3g}..{scores.high:.3g}: the loss before any "
        text += f"step is {scores.loss:.4g} (should be near {chance:.3g}, ln {scores.classes})"
        yield Finding(network.place(network.head), text, (number,))


@first_loss_far_above_chance.fires_on
def a_last_layer_of_deviation_ten() -> Facts:
    return {"network": network_with(scores=scores_with(loss=60.0, low=-80.0, high=90.0))}


@first_loss_far_above_chance.quiet_on
def usual_scores() -> Facts:
    return {"network": network_with()}


@first_loss_far_above_chance.quiet_on
def a_cosine_head_with_a_scale() -> Facts:
    return {"network": network_with(scores=scores_with(loss=5.1, low=-8.0, high=7.5))}
