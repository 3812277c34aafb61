"""S167: a reference script is asked for something else than the recipe that was published for its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from traindx.checks.setup.example import calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place, Table
from traindx.core.recipe_differences import OF_TIMM, OF_TORCHVISION, Difference, differences, told_of
from traindx.core.setup import Setup


@check("S167", level="note")
def unlike_the_published_recipe(setup: Setup) -> Iterator[Finding | Measured]:
    """The settings of torchvision's or timm's reference script differ from those that its model was trained with.

    ## Why is this bad?
    It is legal, and other data may want other settings. Where a training does not come as far as the published one, these are the
    first differences to look at: above all a rate that was meant for eight devices and is used on one.

    ## How to fix
    Scale the rate with the pictures of a step (Goyal et al. 2017, linear rule): half the batch, half the rate. Take the other
    settings together, as published, or change one at a time.

    The recipes and their sources stand in `core/published_recipes.py`; of several of a model the nearest counts. Numbers are
    different where one is more than twice the other (a guess). Trainings that begin with trained weights are not compared: a recipe
    is for a training from scratch on ImageNet or COCO.
    """
    told = told_of(setup)
    found = differences(told) if told is not None else None
    if told is None or found is None:
        raise NotEnough("no reference script of torchvision or timm is run whose model has a published recipe")
    recipe, apart = found
    yield Measured("settings unlike the published recipe", len(apart), "0")
    if apart:
        first = min(apart, key=lambda d: d.meaning != "rate")
        words = "; ".join(map(_words, sorted(apart, key=lambda d: d.meaning != "rate")))
        text = (
            f"{told.model} of {told.library} with {told.pictures} pictures a step (recipe: {recipe.pictures}): {words}"
        )
        rows = tuple((d.option, _shown(d.asked), _shown(d.published)) for d in apart)
        table = Table(f"Beside the recipe of {told.model}", ("option", "asked for", "published, rate scaled"), rows)
        yield Finding(_place(setup, first), text, (table,))


def _words(one: Difference) -> str:
    scaled = " scaled for these" if one.meaning == "rate" else ""
    return f"{one.option} {_shown(one.asked)}, the recipe{scaled} {_shown(one.published)}"


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _place(setup: Setup, one: Difference) -> Place:
    asked = setup.configured.values.get(one.option)
    return Place(path=asked.path if asked else None, line=asked.line if asked else None, setting=one.option)


def _reference(words: frozenset[str], command: str, options: Mapping[str, Any]) -> Facts:
    setup = calling(words=words)["setup"]
    settings = {"nproc_per_node": "8"} if "torchrun" in command else {}
    text = replace(setup.text, options=options)
    return {"setup": replace(setup, command=tuple(command.split()), settings=settings, text=text)}


RESNET = {"model": "resnet18", "batch_size": 32, "lr": 0.1, "opt": "sgd", "weight_decay": 1e-4, "epochs": 90}


@unlike_the_published_recipe.fires_on
def the_rate_of_eight_devices_on_one() -> Facts:
    return _reference(OF_TORCHVISION[0], "python train.py", RESNET)


@unlike_the_published_recipe.fires_on
def a_detector_at_the_default_rate_on_one_device() -> Facts:
    asked = {"model": "fasterrcnn_resnet50_fpn", "batch_size": 2, "lr": 0.02}
    return _reference(OF_TORCHVISION[1], "python train.py", asked)


@unlike_the_published_recipe.fires_on
def a_vit_at_the_rate_of_sgd() -> Facts:
    asked = {"model": "vit_small_patch16_224", "batch_size": 128, "lr": 0.5, "opt": "adamw"}
    return _reference(OF_TIMM, "python train.py", asked)


@unlike_the_published_recipe.quiet_on
def as_published() -> Facts:
    return _reference(OF_TORCHVISION[0], "torchrun train.py", RESNET)


@unlike_the_published_recipe.quiet_on
def one_device_at_an_eighth_of_the_rate() -> Facts:
    return _reference(OF_TORCHVISION[0], "python train.py", {**RESNET, "lr": 0.0125})
