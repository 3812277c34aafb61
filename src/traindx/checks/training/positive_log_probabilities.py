"""T403: the negative log-likelihood is given numbers that are no log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
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
    calls = [d["loss_call"] for d in recording.details.values() if d.get("loss_call")]
    calls = [c for c in calls if c.get("name") == "nll_loss" and c.get("input_max") is not None]
    if not calls:
        return
    wrong = [c for c in calls if float(c["input_max"]) > 1e-6]
    yield Measured("recorded steps at which nll_loss got inputs above 0", len(wrong), f"0 of {len(calls)}")
    if len(wrong) < 0.5 * len(calls):
        return
    call = wrong[0]
    place = Place(path=call["path"], line=call.get("line"), step=0) if call.get("path") else Place(step=0)
    yield Finding(place, f"nll_loss gets inputs up to {float(call['input_max']):.3g} (log-probabilities are at most 0)")


def _call(high: float) -> dict[str, object]:
    return {"loss_call": {"name": "nll_loss", "classes": 10, "input_min": -9.0, "input_max": high}}


@positive_log_probabilities.fires_on
def raw_logits() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(4.0))}


@positive_log_probabilities.quiet_on
def after_log_softmax() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(-0.01))}
