"""T341: a loss is taken of a sigmoid or softmax that was applied twice."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import place_at
from traindx.core.loss_terms import loss_terms_of
from traindx.core.recording import Recording


@check("T341", level="error")
def activation_twice(recording: Recording) -> Iterator[Finding | Measured]:
    """An error or log-probability is taken of a sigmoid whose input already is the result of a sigmoid or softmax.

    ## Why is this bad?
    A sigmoid of numbers from 0 to 1 lies between 0.5 and 0.73: nothing can be predicted as certain or as absent, and the
    loss has a floor far above zero.

    ## How to fix
    Apply it once: in the model or in the loss.

    Read from the graph of the first recorded steps.
    """
    terms = loss_terms_of(recording)
    if not terms:
        raise NotEnough("no error, log-probability or overlap was seen in the loss")
    twice = [term for term in terms if any(t.get("twice") for t in term.seen)]
    yield Measured("terms of the loss that are of an activation of an activation", len(twice), f"0 of {len(terms)}")
    for term in twice:
        source = next(iter(term.lines()), recording.sources.get("backward"))
        text = f"{term.of or 'the ' + term.what} is computed of a sigmoid or softmax of another one's result"
        yield Finding(place_at(source, step=0), f"{text} (should be applied once)")


def _terms(*, twice: bool) -> dict[str, object]:
    term = {
        "what": "log-probability",
        "low": -0.1,
        "high": 0.0,
        "code": [[12, "loss = torch.log(p)"]],
        "code_path": "loss.py",
    }
    return {"loss_terms": [term | ({"twice": True} if twice else {})]}


@activation_twice.fires_on
def a_sigmoid_in_the_model_and_one_in_the_loss() -> Facts:
    return {"recording": recording_with(falling(), detail=_terms(twice=True))}


@activation_twice.quiet_on
def one_sigmoid() -> Facts:
    return {"recording": recording_with(falling(), detail=_terms(twice=False))}
