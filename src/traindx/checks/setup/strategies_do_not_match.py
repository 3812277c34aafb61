"""S162: the best model is to be loaded at the end, and is saved at other times than it is evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import call, calling
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.setup import Setup

DEFAULTS = {"eval": "no", "save": "steps"}


@check("S162", level="error")
def strategies_do_not_match(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """`load_best_model_at_end=True` with different strategies for evaluating and for saving.

    ## Why is this bad?
    `TrainingArguments` raises `ValueError`: the best model may never have been saved.

    ## How to fix
    The same word for both: `eval_strategy="epoch", save_strategy="epoch"`.
    """
    require_not_begun(recording)
    made = [c for c in setup.text.called("TrainingArguments") if c.get("load_best_model_at_end") is True]
    judged = [c for c in made if "**" not in c.texts]
    if not judged:
        raise NotEnough("no best model is to be loaded at the end")
    for one in judged:
        evaluated = one.get("eval_strategy", default=one.get("evaluation_strategy", default=DEFAULTS["eval"]))
        saved = one.get("save_strategy", default=DEFAULTS["save"])
        yield Measured("strategies of evaluating and saving", f"{evaluated}, {saved}", "the same, or saving the best")
        if None not in (evaluated, saved) and saved != "best" and str(evaluated) != str(saved):
            place = setup.text.place(one, "load_best_model_at_end")
            text = f"eval_strategy={evaluated!r} and save_strategy={saved!r}: TrainingArguments raises, they should be the same"
            yield Finding(place, text)


@strategies_do_not_match.fires_on
def evaluated_each_epoch_and_saved_by_steps() -> Facts:
    return calling(call("TrainingArguments", load_best_model_at_end=True, eval_strategy="epoch"))


@strategies_do_not_match.quiet_on
def both_each_epoch() -> Facts:
    return calling(call("TrainingArguments", load_best_model_at_end=True, eval_strategy="epoch", save_strategy="epoch"))
