"""S135: the rate that is asked for suits another kind of optimizer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from traindx.checks.setup.example import asking, call, calling
from traindx.core.asked_optimizer import ADAM, optimizers_of
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.published_recipes import rate_of_adam
from traindx.core.setup import Setup


@check("S135", level="warning")
def rate_asked_of_another_optimizer(
    setup: Setup,
    *,
    high: float = 0.05,
    high_for_detectors: float = 0.01,
    high_for_transformers: float = 0.02,
    times: float = 10.0,
) -> Iterator[Finding | Measured]:
    """Adam or one of its kin is asked for with a rate of SGD.

    ## Why is this bad?
    Adam moves each weight by about its rate a step, whatever the gradient: at 0.1 the weights are thrown away in the first
    steps. Ultralytics' default `lr0=0.01` is one for SGD, and stays when only the optimizer is changed.

    ## How to fix
    0.001 and less for Adam and its kin; 0.01 to 0.1 for SGD with momentum 0.9.

    Reported above `high` (a guess; small networks learn at 0.01 to 0.03), and from `high_for_detectors` on for OpenMMLab, whose
    recipes have 1e-4 to 4e-3, and for Ultralytics, whose own settings name 1e-3 (`cfg/default.yaml`; ultralytics#23244: AdamW at
    the default lr0 does not converge). From `high_for_transformers` on for `TrainingArguments`, whose default is 5e-5 (a guess;
    low-rank adapters are trained at up to 5e-3). Above `times` the published rate (a guess) where all of a network of torchvision
    or timm is trained that has a recipe with AdamW (`core/published_recipes.py`: ConvNeXt, Swin, ViT).
    """
    judged = [o for o in optimizers_of(setup) if o.kind in ADAM and o.rate is not None]
    if not judged:
        raise NotEnough("no rate of Adam or one of its kin can be read")
    highest = min(high, times * _published(setup))
    for asked in judged:
        rate = asked.rate or 0.0
        trainers = {"ultralytics": high_for_detectors, "openmmlab": high_for_detectors}
        trainers |= {"huggingface": high_for_transformers}
        own = setup.trainer or (setup.configured.kind if setup.configured.kind == "openmmlab" else "")
        own = "huggingface" if asked.place.setting == "learning_rate" else own
        limit = trainers.get(own, highest)
        yield Measured(f"rate of {asked.kind}", rate, f"below {limit:g}")
        if rate > highest or (own in trainers and rate >= limit):
            by = ", the default for SGD," if asked.defaulted else ""
            text = f"{asked.kind} with a rate of {rate:g}{by} moves each weight by about {rate:g} a step, should be 0.001 or less"
            yield Finding(asked.place, text, fix="lr0=0.001" if setup.trainer else None)


def _published(setup: Setup) -> float:
    """The rate of AdamW that was published for the network that the script builds; infinite where there is none, or a part of it
    may be frozen."""
    named = {str(call.get("model_name", 0, "")) for call in setup.text.called("create_model", "get_model")}
    named |= {call.name for call in setup.text.calls if call.owner.endswith("models")}
    rates = [rate for name in named if (rate := rate_of_adam(name)) is not None]
    whole = "requires_grad" not in setup.text.stored and not any(setup.text.called("requires_grad_"))
    return max(rates) if rates and whole else math.inf


@rate_asked_of_another_optimizer.fires_on
def adam_at_a_tenth() -> Facts:
    return calling(call("torch.optim.Adam", lr=0.1))


@rate_asked_of_another_optimizer.fires_on
def the_default_rate_of_ultralytics_with_adamw() -> Facts:
    return asking(optimizer="AdamW", epochs=10)


@rate_asked_of_another_optimizer.fires_on
def a_transformer_at_a_twentieth() -> Facts:
    return calling(call("TrainingArguments", output_dir="out", learning_rate=0.05))


@rate_asked_of_another_optimizer.quiet_on
def adapters_of_a_transformer() -> Facts:
    return calling(call("TrainingArguments", output_dir="out", learning_rate=5e-3))


@rate_asked_of_another_optimizer.quiet_on
def adam_at_a_hundredth_of_a_small_network() -> Facts:
    return calling(call("torch.optim.Adam", lr=0.01))


@rate_asked_of_another_optimizer.fires_on
def a_network_whose_recipe_has_a_thousandth() -> Facts:
    return calling(call("timm.create_model", model_name="convnext_tiny"), call("torch.optim.AdamW", lr=0.02))


@rate_asked_of_another_optimizer.quiet_on
def a_network_whose_recipe_has_sgd() -> Facts:
    return calling(call("torchvision.models.resnet18"), call("torch.optim.AdamW", lr=0.02))


@rate_asked_of_another_optimizer.quiet_on
def adamw_at_a_thousandth() -> Facts:
    return asking(optimizer="AdamW", lr0=0.001)
