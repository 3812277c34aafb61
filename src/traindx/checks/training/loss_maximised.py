"""T325: the loss is maximised."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, check
from traindx.core.example import falling, flat, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import is_matrix, place_at
from traindx.core.recording import Recording, Source
from traindx.core.trend import trend


@check("T325", level="error")
def loss_maximised(recording: Recording, *, steady: float = 0.1, min_records: int = 3) -> Iterator[Finding | Measured]:
    """The steps go up the loss: its sign is turned before backward, or the optimizer adds the gradient.

    ## Why is this bad?
    Each step makes the model worse, at any learning rate, and the loss grows without bound.

    ## How to fix
    Minimise the loss: no minus before a cross entropy or an error, `maximize=False`, and in an optimizer of your own
    subtract the gradient. A mean of log probabilities needs the minus.

    Judged where one optimizer trains: with two players one may rightly go up. What the steps do is measured, and so is the
    sign of what is backpropagated against what the loss function returned.
    """
    descents = [float(d["descent"]) for d in recording.details.values() if d.get("descent") is not None]
    signs = _signs(recording)
    if len(recording.optimizers) != 1 or (not descents and not len(signs)):
        return
    up = bool(descents) and max(descents) < -0.2
    yield Measured("cosine of the first steps with the way down", descents[0] if descents else None, "over 0")
    turned = False
    if len(signs) >= min_records:
        low, middle, high = np.quantile(signs, (0.25, 0.5, 0.75))
        turned = bool(middle < 0 and high - low <= steady * abs(middle))
        yield Measured("what is backpropagated over the loss function's value", float(middle), "over 0")
    rises = up and not len(signs) and trend(recording.loss).drop < -0.1 and bool(np.nanmin(recording.loss) >= 0)
    if turned and not up:
        call = next(d["loss_call"] for d in recording.details.values() if d.get("loss_call"))
        source = Source(call["path"], call["line"]) if call.get("path") else recording.sources.get("loss")
        back = recording.sources.get("backward")
        text = f"minus the {call.get('name')} is minimised: {float(np.median(signs)):.3g} times its value is backpropagated"
        yield Finding(place_at(source, step=0), f"{text} at {back}")
        if back is not None and back != source:  # the minus stands in one of the two lines
            yield Finding(place_at(back, step=0), f"{text} here, and was computed at {source}")
    elif up and not turned and (rises or (len(signs) >= min_records and trend(recording.loss).drop < 0.1)):
        kind = recording.optimizers[0]
        asked = any(group.get("maximize") for group in kind.groups)
        how = "was built with maximize=True" if asked else "adds the gradient to the weights"
        place = place_at(_made(recording), step=0, setting="maximize" if asked else None)
        yield Finding(place, f"the loss is maximised: {kind.kind} {how} (cosine with the way down {descents[0]:.3g})")
    elif not up and not len(signs) and (classes := _log_probability(recording)):
        text = f"the mean log probability is minimised: the loss starts at {recording.loss[0]:.4g}, minus the loss of guessing"
        place = place_at(recording.sources.get("backward"), step=0)
        yield Finding(place, f"{text} among {classes} classes, and ends at {trend(recording.loss).end:.4g}")


def _signs(recording: Recording) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What was backpropagated over the value of the loss function, where that is positive."""
    pairs = [(d.get("loss"), d.get("loss_call", {}).get("value")) for d in recording.details.values()]
    found = [a / b for a, b in pairs if a is not None and b is not None and math.isfinite(a) and 1e-12 < b < math.inf]
    return np.array(found, dtype=np.float64)


def _made(recording: Recording) -> Source | None:
    line = next(iter(recording.lines.get("optimizer", ())), {})
    return Source(line["path"], line["line"]) if line.get("path") else recording.sources.get("optimizer")


def _log_probability(recording: Recording) -> int | None:
    """The classes of the output layer, where the loss starts at minus ln of them and falls far below."""
    widths = [p.shape[0] for p in recording.parameters if is_matrix(p)]
    loss = recording.loss[np.isfinite(recording.loss)]
    if not widths or widths[-1] < 2 or len(loss) < 10:
        return None
    guess = -math.log(widths[-1])
    return widths[-1] if abs(loss[0] / guess - 1) < 0.25 and trend(recording.loss).end < 2.5 * guess else None


@loss_maximised.fires_on
def a_minus_before_the_criterion() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3, "path": "train.py", "line": 18}
    return {"recording": recording_with([-2.3] * 60, loss_call=call, descent=0.99)}


@loss_maximised.fires_on
def an_optimizer_that_adds() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3}
    return {"recording": recording_with(flat(), loss_call=call, descent=-0.99)}


@loss_maximised.quiet_on
def two_minuses() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3}
    return {"recording": recording_with([-2.3] * 60, loss_call=call, descent=-0.99)}


@loss_maximised.quiet_on
def a_reward_that_is_maximised() -> Facts:
    return {"recording": recording_with([-x for x in falling()], descent=-0.99)}


@loss_maximised.quiet_on
def the_usual_way() -> Facts:
    call = {"name": "cross_entropy", "classes": 10, "value": 2.3}
    return {"recording": recording_with(falling(), loss_call=call, descent=0.8)}
