"""Schedules with a warm-up that helpers of transformers and timm build: their arguments, and the rate that they plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from traindx.core.script import Call

Argument = tuple[str, int | None]
"""An argument by keyword and position."""


@dataclass(frozen=True)
class Helper:
    """`whole` says how long the plan is, `warm` how long its warm-up; `default` is the length where none is given."""

    form: str
    warm: Argument
    whole: Argument
    default: float | None = None


_TRANSFORMERS: tuple[Argument, Argument] = ("num_warmup_steps", 1), ("num_training_steps", 2)
_TIMM: tuple[Argument, Argument] = ("warmup_t", None), ("t_initial", 1)
HELPERS: Mapping[str, Helper] = {
    "get_linear_schedule_with_warmup": Helper("linear", *_TRANSFORMERS),
    "get_polynomial_decay_schedule_with_warmup": Helper("linear", *_TRANSFORMERS),
    "get_cosine_schedule_with_warmup": Helper("wave", *_TRANSFORMERS),
    "get_cosine_with_hard_restarts_schedule_with_warmup": Helper("linear", *_TRANSFORMERS),
    "get_constant_schedule_with_warmup": Helper("constant", ("num_warmup_steps", 1), ("", None)),
    "get_scheduler": Helper("named", ("num_warmup_steps", 2), ("num_training_steps", 3)),
    "CosineLRScheduler": Helper("cosine", *_TIMM),
    "TanhLRScheduler": Helper("cosine", *_TIMM),
    "PolyLRScheduler": Helper("cosine", *_TIMM),
    "create_scheduler_v2": Helper("named", ("warmup_epochs", None), ("num_epochs", 2), 300.0),
}
"""Parameters of transformers.optimization 4 and 5, and of timm.scheduler 0.9 and 1.0."""
TIMM = ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler", "create_scheduler_v2")
"""Those whose `step` is given the epoch: how often it is called does not count."""
_FORMS = {"linear": "linear", "cosine": "wave", "constant_with_warmup": "constant", "polynomial": "linear"}
_FORMS_OF_TIMM = {"cosine": "cosine", "tanh": "cosine", "poly": "cosine"}


def form_of(call: Call) -> str:
    """How the rate falls: `linear` to zero, `wave` (rises again behind its end), `cosine`, `constant`; empty if not told."""
    helper = HELPERS[call.name]
    restarts = any(call.texts.get(word, "1") not in ("1", "0.5") for word in ("num_cycles", "cycle_limit", "cycle_mul"))
    if helper.form != "named" or restarts:
        return "" if restarts else helper.form
    if call.name == "create_scheduler_v2":
        return _FORMS_OF_TIMM.get(str(call.get("sched", 1, "cosine")), "")
    return _FORMS.get(str(call.get("name", 0)), "")


def share_of(form: str, at: float, warm: float, whole: float) -> float | None:
    """The rate at a step over the highest that the plan has, None of a form that is not known."""
    if at < warm:
        return at / warm
    over = (at - warm) / max(whole - warm, 1e-9)
    if form == "wave":
        return max(0.0, 0.5 * (1 + math.cos(math.pi * over)))
    if form == "cosine":
        return 0.5 * (1 + math.cos(math.pi * min(over, 1.0)))
    return {"linear": max(0.0, 1 - over), "constant": 1.0}.get(form)
