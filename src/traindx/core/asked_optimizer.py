"""The optimizers that a setup asks for, as far as its text tells: kind, rate, momentum, weight decay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from traindx.core.finding import Place
from traindx.core.script import Call, Script
from traindx.core.setup import Setup

KINDS = ("SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop")
ADAM = ("adam", "adamw", "nadam", "radam", "adamax", "adamw_torch", "adamw_torch_fused", "adamw_hf")
"""Optimizers whose steps are about as large as the rate, whatever the gradient."""
DECOUPLED = ("adamw", "adamw_torch", "adamw_torch_fused", "adamw_hf", "lamb", "lars")
"""Those that shrink weights by the rate times the decay, apart from the gradient."""


@dataclass(frozen=True)
class AskedOptimizer:
    """`kind` in small letters; numbers are None where the text does not tell them. `defaulted`: the rate was not asked for.

    `group` is the text of its parameters where it stands for one group of several, `lead` false where another has a higher rate;
    `call` is the line of the optimizer then.
    """

    kind: str
    rate: float | None
    momentum: float | None
    decay: float | None
    nesterov: bool
    place: Place
    defaulted: bool = False
    group: str = ""
    lead: bool = True
    call: int = 0
    decay_place: Place | None = None


def optimizers_of(setup: Setup) -> Iterator[AskedOptimizer]:
    """Every optimizer that the trainer's settings, the script's calls or the command's options name."""
    if setup.trainer:
        yield from _of_trainer(setup)
        return
    for call in setup.text.called(*KINDS):
        if call.owner.endswith("optim") or not call.owner:
            yield from _of_groups(call, setup.text) if call.groups else (_of_call(call, setup.text),)
    for call in setup.text.called("TrainingArguments"):
        kind = call.get("optim", default="adamw_torch")
        decay = _number(call.get("weight_decay", default=0.0))
        place = setup.text.place(call, "learning_rate")
        yield AskedOptimizer(
            str(kind or ""), _number(call.get("learning_rate", default=5e-5)), None, decay, False, place
        )
    kind = setup.settings.get("opt") or setup.settings.get("optimizer")
    if kind is not None and {"--opt", "--optimizer"} & setup.text.words:
        of = {name: _number(setup.settings.get(name)) for name in ("lr", "momentum")}
        decay = _number(setup.settings.get("weight-decay", setup.settings.get("wd")))
        yield AskedOptimizer(str(kind).lower(), of["lr"], of["momentum"], decay, False, Place(setting="--lr"))


def _of_trainer(setup: Setup) -> Iterator[AskedOptimizer]:
    kind = str(setup.value("optimizer") or ("SGD" if setup.trainer == "yolov5" else "auto")).lower()
    if kind != "auto":
        rate, momentum, decay = (setup.number(name) for name in ("lr0", "momentum", "weight_decay"))
        place = setup.place("lr0" if "lr0" in setup.asked else "optimizer")
        yield AskedOptimizer(kind, rate, momentum, decay, kind == "sgd", place, "lr0" not in setup.asked)


def _of_groups(call: Call, text: Script) -> Iterator[AskedOptimizer]:
    """One for each group: its own settings, else those of the call."""
    groups = [
        _of_call(
            replace(call, arguments={**call.arguments, **g.arguments}, texts={**call.texts, **g.texts}, line=g.line),
            text,
        )
        for g in call.groups
    ]
    highest = max((g.rate or 0.0 for g in groups), default=0.0)
    for given, group in zip(call.groups, groups, strict=True):
        yield replace(group, group=given.params, lead=(group.rate or 0.0) >= highest, call=call.line)


def _of_call(call: Call, text: Script) -> AskedOptimizer:
    sgd = call.name == "SGD"
    betas = call.get("betas", 2)
    momentum = call.get("momentum", 2, 0.0) if sgd else betas[0] if isinstance(betas, list) and betas else None
    decay = call.get("weight_decay", 4, 0.01 if call.name == "AdamW" else 0.0)
    rate = call.get("lr", 1)
    return AskedOptimizer(
        call.name.lower(),
        _number(rate),
        _number(momentum),
        _number(decay),
        call.get("nesterov", default=False) is True,
        (call.path and _written(call, "lr", text)) or text.place(call, "lr"),
        decay_place=_written(call, "weight_decay", text),
    )


def _written(call: Call, name: str, text: Script) -> Place | None:
    """Where an argument by keyword is written; without a file where the command gives it in place of a file of settings."""
    if name not in call.texts:
        return None
    return Place(setting=name) if call.path and name not in call.lines else text.place(call, name, name)


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
