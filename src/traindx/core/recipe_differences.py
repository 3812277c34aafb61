"""What a run of a reference script is asked for, by meaning, beside the published recipe of its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from traindx.core.published_recipes import Library, Recipe, recipes_of
from traindx.core.setup import Setup

NAMES: Mapping[str, tuple[str, ...]] = {
    "optimizer": ("opt",), "rate": ("lr",), "decay": ("weight_decay", "wd"), "epochs": ("epochs",),
    "norm_decay": ("norm_weight_decay",), "warmup": ("lr_warmup_epochs", "warmup_epochs"), "clip": ("clip_grad_norm", "clip_grad"),
    "smoothing": ("label_smoothing", "smoothing"), "mixup": ("mixup_alpha", "mixup"), "cutmix": ("cutmix_alpha", "cutmix"),
    "ema": ("model_ema",), "erase": ("random_erase", "reprob"),
}  # fmt: skip
"""Options of torchvision's and timm's reference scripts by what they mean."""
OF_TORCHVISION = (
    frozenset({"--lr-step-size", "--lr-gamma", "--data-path"}),
    frozenset({"--lr-steps", "--aspect-ratio-group-factor", "--data-path"}),
)
OF_TIMM = frozenset({"--sched", "--warmup-lr", "--smoothing"})
"""Options by which the scripts are known."""
FROM = (
    "weights",
    "weights_backbone",
    "pretrained",
    "initial_checkpoint",
    "resume",
    "weights-backbone",
    "initial-checkpoint",
)
TIMES = 2.0
"""Numbers this many times apart count as different: a published figure is one of several that work. A guess."""


@dataclass(frozen=True)
class Told:
    """`asked` are the settings by meaning, each with its option's name; `pictures` those of a step on all devices."""

    library: Library
    model: str
    pictures: int
    asked: Mapping[str, tuple[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One setting: what it means, its option, what was asked for, and the recipe's, scaled for the batch if it is the rate."""

    meaning: str
    option: str
    asked: Any
    published: Any


def told_of(setup: Setup) -> Told | None:
    """What a reference script is run with; None of any other script, of one that begins with trained weights, and where the model
    or the batch is not told."""
    library = _library(setup)
    options = _options(setup)
    model, batch = options.get("model"), options.get("batch_size")
    if library is None or not isinstance(model, str) or not _is_number(batch) or batch is None or batch < 1:
        return None
    if any(options.get(name) not in (None, False, "", "false", "False") for name in FROM):
        return None
    asked = {meaning: (name, options[name]) for meaning, names in NAMES.items() for name in names if name in options}
    return Told(library, model, int(batch) * _devices(setup), asked)


def differences(told: Told) -> tuple[Recipe, tuple[Difference, ...]] | None:
    """The nearest recipe of the model, and where the settings differ from it; None where none was published."""
    found = [(recipe, tuple(_differing(told, recipe))) for recipe in recipes_of(told.library, told.model)]
    return min(found, key=lambda pair: len(pair[1]), default=None)


def _differing(told: Told, recipe: Recipe) -> list[Difference]:
    found = []
    for meaning, published in recipe.asked.items():
        if meaning not in told.asked:
            continue
        option, asked = told.asked[meaning]
        wanted = published * told.pictures / recipe.pictures if meaning == "rate" else published
        if _apart(asked, wanted):
            found.append(Difference(meaning, option, asked, wanted))
    return found


def _apart(asked: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(asked, bool):
        return bool(asked) != bool(wanted)
    if isinstance(wanted, str):
        return isinstance(asked, str) and asked.lower().removesuffix("_momentum") != wanted
    if asked is None:
        return bool(wanted)
    if not _is_number(asked):
        return False
    if not asked or not wanted:
        return bool(asked) != bool(wanted)
    return bool(max(asked / wanted, wanted / asked) > TIMES)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _library(setup: Setup) -> Library | None:
    words = setup.text.words
    if any(needed <= words for needed in OF_TORCHVISION):
        return "torchvision"
    named = {name.replace("_", "-") for name in setup.configured.values}
    return "timm" if words >= OF_TIMM or {word[2:] for word in OF_TIMM} <= named else None


def _options(setup: Setup) -> dict[str, Any]:
    """The options of the script with their defaults; of a file of settings (timm's args.yaml) its entries."""
    held = {name: asked.value for name, asked in setup.configured.values.items() if "." not in name}
    return {**held, **setup.text.options}


def _devices(setup: Setup) -> int:
    """Processes that the command starts."""
    total = 1
    for name in ("nproc_per_node", "nnodes"):
        given = str(setup.settings.get(name, setup.settings.get(name.replace("_", "-"), "1")))
        total *= int(given) if given.isdecimal() else 1
    shell = next((at for at, word in enumerate(setup.command) if word.endswith("distributed_train.sh")), None)
    if shell is not None and setup.command[shell + 1 : shell + 2] and setup.command[shell + 1].isdecimal():
        total *= int(setup.command[shell + 1])
    return max(1, total)
