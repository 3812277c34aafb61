"""T340: a part of the loss is maximised that is to be minimised."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.loss_terms import LossTerm, loss_terms_of
from traindx.core.recording import Recording

WORDS = {
    "error": ("the error", "smaller", "raises it"),
    "log-probability": ("the log-probability", "larger", "lowers it"),
    "overlap": ("the overlap of predicted and true boxes", "larger", "lowers it"),
}


@check("T340", level="error")
def error_maximised(recording: Recording) -> Iterator[Finding | Measured]:
    """The gradient pushes an error up, or a log-probability or the overlap of predicted and true boxes down.

    ## Why is this bad?
    That part of the model learns to be wrong, and where it has no lower bound the loss falls without end: it looks as if
    the training went well.

    ## How to fix
    Turn the sign of that term: `-(log p).mean()`, `1 - iou`, `+ l1`.

    Read from the graph of the first recorded steps, by the gradient that arrives at each term, where one optimizer trains.
    A margin less a distance, an entropy, and log-probabilities of which others are rightly raised (mutual information) are
    not meant.
    """
    if len(recording.optimizers) != 1:
        return
    descents = [float(d["descent"]) for d in recording.details.values() if d.get("descent") is not None]
    if descents and max(descents) < -0.2:
        return  # the optimizer goes up what is backpropagated: T325
    terms = [(term, pushed) for term in loss_terms_of(recording) if (pushed := _pushed(term)) is not None]
    if not terms:
        raise NotEnough("no error, log-probability or overlap was seen in the loss")
    right = {term.what for term, pushed in terms if pushed > 0}
    wrong = [term for term, pushed in terms if pushed < 0 and (term.what == "error" or term.what not in right)]
    yield Measured("terms of the loss that are pushed the wrong way", len(wrong), f"0 of {len(terms)}")
    for term in wrong:
        name, should, does = WORDS[term.what]
        text = f"{term.of or name} is to become {should}, and the gradient of the loss {does}"
        back, lines = recording.sources.get("backward"), list(term.lines())
        for source in (*lines, *([back] if back is not None and back not in lines else ())):
            yield Finding(place_at(source, step=0), text)
        if not lines and back is None:
            yield Finding(place_at(None, step=0), text)


def _pushed(term: LossTerm) -> int | None:
    """1 where a term is pushed the right way somewhere, -1 where at every step all of its gradients that are not zero push it
    the wrong way, None where no gradient was seen."""
    turn = 1.0 if term.what == "error" else -1.0
    ends = [(turn * t["low"], turn * t["high"]) for t in term.seen if t.get("low") is not None]
    ends = [e for e in ends if any(e) and all(map(math.isfinite, e))]
    if not ends:
        return None
    return -1 if all(max(e) <= 0 for e in ends) else 1


def _terms(*terms: tuple[str, float, float]) -> dict[str, object]:
    named = enumerate(terms)
    return {"loss_terms": [{"what": w, "of": f"{w} {i}", "low": low, "high": high} for i, (w, low, high) in named]}


@error_maximised.fires_on
def an_l1_with_a_minus() -> Facts:
    return {"recording": recording_with(falling(), detail=_terms(("error", 1.0, 1.0), ("error", -0.01, -0.01)))}


@error_maximised.fires_on
def an_overlap_that_is_minimised() -> Facts:
    return {"recording": recording_with(falling(), detail=_terms(("error", 1.0, 1.0), ("overlap", 0.0, 0.1)))}


@error_maximised.quiet_on
def the_usual_signs() -> Facts:
    terms = _terms(("error", 0.0, 1.0), ("log-probability", -0.1, 0.0), ("overlap", -0.1, 0.0))
    return {"recording": recording_with(falling(), detail=terms)}


@error_maximised.quiet_on
def a_mutual_information() -> Facts:
    terms = _terms(("log-probability", -0.1, 0.0), ("log-probability", 0.0, 0.1))
    return {"recording": recording_with(falling(), detail=terms)}


@error_maximised.quiet_on
def two_minuses() -> Facts:
    return {"recording": recording_with(falling(), detail=_terms(("error", -1.0, -1.0)), descent=-0.9)}
