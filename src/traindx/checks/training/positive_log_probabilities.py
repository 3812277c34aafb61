"""T403: the negative log-likelihood, or a divergence, is given numbers that are no log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loss_calls import loss_calls_of
from traindx.core.recording import Recording


@check("T403", level="error")
def positive_log_probabilities(recording: Recording) -> Iterator[Finding | Measured]:
    """`nll_loss` or `kl_div` gets inputs above zero, which no logarithm of a probability is.

    ## Why is this bad?
    The loss is minus the score of the right class, without a bound: it falls for ever while all scores grow, and says
    nothing about the others. Given probabilities instead, its gradients are far too small where they matter. A divergence from
    a teacher that is given probabilities falls far below zero, where a divergence cannot be.

    ## How to fix
    Apply `log_softmax` before it, or use `cross_entropy` on the logits. `kl_div(log_softmax(student), softmax(teacher))`: the
    first is a logarithm, the second is none unless `log_target=True`.
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
    yield from _divergences(recording)


def _divergences(recording: Recording) -> Iterator[Finding | Measured]:
    """`kl_div` as it was seen in recorded steps; of inputs that are no logarithms of probabilities, and targets that are."""
    seen = [(step, d["divergence"]) for step, d in recording.details.items() if "divergence" in d]
    known = [(step, one) for step, one in seen if one.get("input_max") is not None]
    if not known:
        return
    wrong = [(step, one) for step, one in known if one["input_max"] > 1e-4]
    logs = [(step, one) for step, one in known if not one["log_target"] and one["target_max"] <= 0 > one["target_min"]]
    yield Measured("recorded steps at which kl_div got inputs above 0", len(wrong), f"0 of {len(known)}")
    yield Measured("recorded steps at which its targets were logarithms", len(logs), f"0 of {len(known)}")
    for found, side in ((wrong, "inputs"), (logs, "targets")):
        if len(found) < 0.5 * len(known):
            continue
        one = found[0][1]
        place = Place(
            path=one.get("path"), line=one.get("line")
        )  # a student's training may be the second one of the run
        if side == "targets":
            text = f"kl_div gets targets of {one['target_min']:.3g} to {one['target_max']:.3g}"
            text += " (should be probabilities, or log_target=True)"
        else:
            is_softmax = abs(one["row_sum"] - 1) < 1e-3
            of = "probabilities, which sum to 1 in a row," if is_softmax else "inputs"
            text = (
                f"kl_div gets {of} up to {max(w['input_max'] for _, w in wrong):.3g} (log-probabilities are at most 0)"
            )
        yield Finding(place, text)


def _call(high: float) -> dict[str, object]:
    return {"loss_call": {"name": "nll_loss", "classes": 10, "input_min": -9.0, "input_max": high}}


@positive_log_probabilities.fires_on
def raw_logits() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(4.0))}


@positive_log_probabilities.quiet_on
def after_log_softmax() -> Facts:
    return {"recording": recording_with(falling(), detail=_call(-0.01))}


def _divergence(**numbers: object) -> Facts:
    usual = {"input_max": -0.2, "row_sum": -31.0, "target_min": 0.01, "target_max": 0.9, "target_row_sum": 1.0}
    detail = {"divergence": {"log_target": False, "path": "kd.py", "line": 9, **usual, **numbers}}
    return {"recording": recording_with(falling(), detail=detail)}


@positive_log_probabilities.fires_on
def a_student_after_softmax() -> Facts:
    return _divergence(input_max=0.8, row_sum=1.0)


@positive_log_probabilities.fires_on
def a_teacher_after_log_softmax() -> Facts:
    return _divergence(target_min=-9.0, target_max=-0.01, target_row_sum=-30.0)


@positive_log_probabilities.quiet_on
def a_student_and_its_teacher() -> Facts:
    return _divergence()
