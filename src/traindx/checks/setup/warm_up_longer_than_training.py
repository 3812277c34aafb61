"""S126: the warm-up takes as long as the training, or longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.checks.setup.example import EPOCHS, asking, call, calling, stepping
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.schedules import Plan, plans_of
from traindx.core.setup import Setup

PAIRS = (
    *(("warmup-epochs", "epochs"), ("warmup_epochs", "epochs"), ("lr-warmup-epochs", "epochs")),
    *(("warmup_steps", "max_steps"), ("warmup-steps", "max-steps"), ("num_warmup_steps", "max_train_steps")),
)
"""Options of scripts (timm, torchvision's references, Hugging Face's examples) and what they are a part of."""
USUAL = 3.0
"""The warm-up that Ultralytics and YOLOv5 have by default, in epochs."""


@check("S126", level="warning")
def warm_up_longer_than_training(setup: Setup, *, short: int = 5, low: float = 0.5) -> Iterator[Finding | Measured]:
    """The warm-up is asked to take all of the training or more.

    ## Why is this bad?
    The rate never reaches the one that was asked for, and never decays.

    ## How to fix
    Three to five epochs of warm-up, or a twentieth of the training. A warm-up that counts batches (`LambdaLR`, `LinearLR`)
    is stepped once a batch.

    A run of fewer than `short` epochs with the usual warm-up is a try-out and not reported, and a plan that comes to more
    than `low` of its rate nearly ends (guesses).
    """
    pairs = list(_pairs(setup))
    plans = [(p, p.epochs, _reached(p)) for p in plans_of(setup.text) if p.epochs]
    if not pairs and all(share is None for _, _, share in plans):
        raise NotEnough("no length of warm-up and training is asked for")
    for word, place, warm, whole in pairs:
        yield Measured(f"{word} of the training", round(warm / whole, 3) if whole else warm, "below 1")
        usual = word == "warmup_epochs" and bool(setup.trainer) and warm <= USUAL
        if warm >= whole and warm > 0 and not (usual and whole < short):
            yield Finding(
                place, f"{word} {warm:g} of a training of {whole:g}: the rate never reaches what was asked for"
            )
    for plan, epochs, share in plans:
        if share is None or epochs is None:
            continue
        yield Measured(
            f"highest rate of {plan.call.name} within the training, over its highest", share, f"above {low:g}"
        )
        if share < (1.0 if plan.warm else low) and epochs >= short:
            each = "an epoch" if plan.stepped == "epoch" else "a batch"
            text = (
                f"{plan.call.name}, stepped once {each}, comes to {share:.2g} of its full rate within {epochs} epochs"
            )
            yield Finding(plan.place, text)


def _reached(plan: Plan) -> float | None:
    """The highest rate within the training, over the highest that the plan comes to; None where the text does not tell it."""
    if plan.warm and plan.epochs:
        return min(1.0, plan.epochs / plan.warm)
    return plan.reached(plan.epochs) if plan.stepped == "epoch" and plan.epochs else None


def _pairs(setup: Setup) -> Iterator[tuple[str, Place, float, float]]:
    if setup.trainer:
        warm, whole = setup.number("warmup_epochs"), setup.number("epochs")
        if warm is not None and whole is not None and whole > 0 and "epochs" in setup.asked:
            yield "warmup_epochs", setup.place("warmup_epochs"), warm, whole
        return
    for part, all_of_it in PAIRS:
        warm, whole = _number(setup.settings.get(part)), _number(setup.settings.get(all_of_it))
        if warm is not None and whole:
            yield part, Place(setting=f"--{part}"), warm, whole
    for part, all_of_it in (("warmup_epochs", "epochs"), ("warmup_steps", "steps")):
        warm, whole = setup.configured.number(part), setup.configured.number(all_of_it)
        if warm is not None and whole is not None and whole > 0 and setup.configured.kind != "transformers":
            yield part, setup.configured.place(part), warm, whole
    for made in setup.text.called("TrainingArguments"):
        place = setup.text.place(made, "warmup_steps")
        warm, whole = _number(made.get("warmup_steps")), _number(made.get("max_steps"))
        if warm is not None and whole and whole > 0:
            yield "warmup_steps", place, warm, whole


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


@warm_up_longer_than_training.fires_on
def twenty_of_ten_epochs() -> Facts:
    return asking(warmup_epochs=20, epochs=10)


@warm_up_longer_than_training.fires_on
def a_thousand_of_five_hundred_steps() -> Facts:
    return calling(call("TrainingArguments", warmup_steps=1000, max_steps=500))


@warm_up_longer_than_training.fires_on
def a_thousand_steps_counted_in_epochs() -> Facts:
    rising = {step: min(1.0, (step + 1) / 1000) for step in range(2000)}
    return stepping("LambdaLR", EPOCHS, lr_lambda=rising)


@warm_up_longer_than_training.quiet_on
def five_epochs_of_a_hundred() -> Facts:
    return stepping("LambdaLR", EPOCHS, lr_lambda={step: min(1.0, (step + 1) / 5) for step in range(2000)})


@warm_up_longer_than_training.quiet_on
def three_of_a_hundred() -> Facts:
    return asking(epochs=100)


@warm_up_longer_than_training.quiet_on
def one_epoch_to_try_it_out() -> Facts:
    return asking(epochs=1)
