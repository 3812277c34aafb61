"""The remedies that people are told to try, by the names that people use: each is a treatment, with a value where it has one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from traindx.core import data_treatments as data
from traindx.core import model_treatments as model
from traindx.core import step_treatments as step
from traindx.core.treatment import Treatment, default_weights, scale_lr, standardize_inputs
from traindx.errors import TraindxError

Value = float | str


@dataclass(frozen=True)
class Remedy:
    """`make` gives the treatment for a value; `default` is the value where none is named, None where there is none to name."""

    what: str
    make: Callable[[Value], Treatment]
    default: Value | None = None


def _plain(what: str, make: Callable[[], Treatment]) -> Remedy:
    return Remedy(what, lambda value: make())


def _number(what: str, make: Callable[[float], Treatment], default: float) -> Remedy:
    return Remedy(what, lambda value: make(float(value)), default)


def _whole(what: str, make: Callable[[int], Treatment], default: int) -> Remedy:
    return Remedy(what, lambda value: make(int(float(value))), default)


def _setting(name: str) -> Callable[[float], Treatment]:
    return lambda value: data.set_options(**{name: value})


REMEDIES: Mapping[str, Remedy] = {
    "class-weights": _number("weigh classes by how rare they are, to a power", data.class_weights, 1.0),
    "pos-weight": _plain("weigh positives by negatives / positives", data.positive_weight),
    "weight": _plain(
        "the same weight as `weight`, which weighs negatives too", lambda: data.positive_weight(both=True)
    ),
    "focal": _number("focal loss with this gamma", data.focal_loss, 2.0),
    "oversampling": _plain("draw each class equally often", data.oversample),
    "undersampling": _plain("of each class as many as the rarest has", data.undersample),
    "no-augmentation": _plain("no random transforms; Ultralytics' augmentation off", data.no_augmentation),
    "no-geometry": _plain(
        "random transforms of colours alone: boxes stay where they are", lambda: data.no_augmentation(moving=True)
    ),
    "gentle-augmentation": _number(
        "this share of random transforms; Ultralytics' augmentation times it", data.scale_augmentation, 0.5
    ),
    "mosaic": _number("Ultralytics' mosaic with this chance", _setting("mosaic"), 0.0),
    "label-smoothing": _number("cross entropy with this smoothing", data.smooth_labels, 0.1),
    "shuffle": _plain("samples in random order", data.shuffle),
    "normalise": _plain("inputs standardised by the first batch", standardize_inputs),
    "batch": _number("batch size times this factor", data.scale_batch, 2.0),
    "accumulation": _whole("one step for this many batches", step.accumulate, 4),
    "imgsz": _number("resolution times this factor", lambda factor: data.scale_option("imgsz", factor), 2.0),
    "epochs": _number("epochs times this factor", lambda factor: data.scale_option("epochs", factor), 2.0),
    "model": Remedy("Ultralytics' model at this scale: n, s, m, l, x", lambda value: data.model_scale(str(value)), "s"),
    "lr": _number("learning rate times this factor", scale_lr, 0.1),
    "warm-up": _whole("a warm-up over this many steps", step.warm_up, 100),
    "cosine": _whole("a cosine schedule over this many steps (0: the run)", step.cosine_rate, 0),
    "one-cycle": _whole("OneCycle over this many steps (0: the run)", step.one_cycle_rate, 0),
    "plateau": _whole("a tenth of the rate when this many steps gained nothing", step.plateau_rate, 100),
    "constant-rate": _plain("the base rate throughout", step.hold_rate),
    "clipping": _number("gradients clipped at this norm", step.clip_gradients, 1.0),
    "no-clipping": _plain("gradients not clipped", step.no_clipping),
    "momentum": _number("this momentum, or beta1", step.set_momentum, 0.9),
    "weight-decay": _number("weight decay times this factor", step.scale_weight_decay, 0.0),
    "no-decay-on-norms": _plain("no weight decay on norms and biases", step.no_decay_on_norms),
    "optimizer": Remedy("adamw, sgd, or auto: the other one", lambda value: step.other_optimizer(str(value)), "auto"),
    "early-stopping": _whole("end after this many validations without progress", data.stop_early, 3),
    "he": _plain("weights drawn after He", model.he_weights),
    "xavier": _plain("weights drawn after Glorot", model.xavier_weights),
    "default-weights": _plain("weights drawn by torch's default", default_weights),
    "group-norm": _plain("group norms in place of batch norms", model.group_norm),
    "sync-bn": _plain("batch norms over all ranks", model.sync_norms),
    "frozen-bn": _plain("batch norms with the statistics that they began with", model.freeze_norms),
    "dropout": _number("dropout of this much at most", model.cap_dropout, 0.0),
    "full-precision": _plain("no half precision", model.full_precision),
    "unfreeze": _plain("all parameters learn", model.unfreeze),
}


def remedy(text: str) -> Treatment:
    """The treatment for `NAME` or `NAME=VALUE`. Raises `TraindxError` for a name or a value that none has."""
    name, _, value = text.partition("=")
    found = REMEDIES.get(name)
    if found is None:
        near = difflib.get_close_matches(name, REMEDIES, 3) or sorted(REMEDIES)
        raise TraindxError(f"no remedy is called {name!r}", "", f"known are {', '.join(near)}")
    if value and found.default is None:
        raise TraindxError(f"the remedy {name} has no value", "", f"write --remedy {name}")
    try:
        return found.make(value if value else found.default if found.default is not None else "")
    except ValueError as error:
        raise TraindxError(f"{value!r} is no value for the remedy {name}: {found.what}", str(error)) from error
