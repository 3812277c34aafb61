"""T403: the negative log-likelihood is given numbers that are no log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.loss_calls import loss_calls_of
from traindx.core.recording import Recording


@check("T403", level="error")
def positive_log_probabilities(recording: Recording) -> Iterator[Finding | Measured]:
    """`nll_loss` gets inputs above zero, which no logarithm of a probability is.

    ## Why is this bad?
    The loss is minus the score of the right class, without a bound: it falls for ever while all scores grow, and says
    nothing about the others. Given probabilities instead, its gradients are far too small where they matter.

    ## How to fix
    Apply `log_softmax` before it, or use `cross_entropy` on the logits.
    """
    for found in loss_calls_of(recording):
        high = found.column("input_max")
        known = high[~np.isnan(high)]
        if found.name != "nll_loss" or not len(known):
            continue
        wrong = int((known > 1e-6).sum())
        yield Measured("recorded steps at which nll_loss got inputs above 0", wrong, f"0 of {len(known)}")
        if wrong >= 0.5 * len(known):
            of = "probabilities of a softmax" if found.made_by("Softmax") else "inputs"
            yield Finding(
                found.place, f"nll_loss gets {of} up to {float(known.max()):.3g} (log-probabilities are at most 0)"
            )


def _call(high: float) -> dict[str, object]:
    return {"loss_call": {"name": "nll_loss", "classes": 10, "input_min": -9.0, "input_max": high}}


@positive_log_probabilities.fires_on
def raw_logits() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(4.0))}


@positive_log_probabilities.quiet_on
def after_log_softmax() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(-0.01))}
