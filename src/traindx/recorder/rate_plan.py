"""The rates that a scheduler will set, computed on a stand-in: neither the scheduler nor its optimizer is touched.

A stand-in has the scheduler's class, a copy of its plain settings, and an optimizer made of plain numbers. Only schedulers of
torch and timm are planned, and functions only of libraries whose functions are known to do nothing else: a function of the
user's own might count its calls.
"""

from __future__ import annotations

import copy
import functools
import math
from bisect import bisect_right
from types import SimpleNamespace
from typing import Any

from traindx.recorder.scheduler_facts import functions_of, parts_of, plain

POINTS = 33
"""Points of a plan, evenly spaced over its length and a quarter more."""
KNOWN_FUNCTIONS = ("transformers.", "diffusers.", "ultralytics.")
BY_LAST_EPOCH = ("LambdaLR", "OneCycleLR", "CyclicLR")
"""Schedulers of torch without a closed form of their own whose `get_lr` depends on `last_epoch` alone."""
MULTIPLY = ("StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR")
LENGTHS = ("total_steps", "T_max", "total_iters", "t_initial", "T_0", "total_size")
STEPS_SHOWN = 4
"""Drops of a rate that falls for ever that a plan shows. A guess."""
UNKNOWN_LENGTH = 100


def rate_plan(scheduler: Any) -> dict[str, Any] | None:
    """`calls` (counts of scheduler steps) and `rates` (of the first group after as many); None where it cannot be planned."""
    try:
        end = length(scheduler)
        last = end - 1 if type(scheduler).__name__ == "OneCycleLR" else math.ceil(1.25 * end)
        calls = sorted({round(i * last / (POINTS - 1)) for i in range(POINTS)})
        stand_in = _stand_in(scheduler)
        rates = [_rate(stand_in, call) for call in calls]
    except Exception:  # settings that were changed by hand, a class of another version: there is no plan then
        return None
    if not all(math.isfinite(rate) for rate in rates):
        return None
    return {"calls": calls, "rates": [float(f"{rate:.7g}") for rate in rates], "length": end}


def length(scheduler: Any) -> int:
    """Steps of the scheduler until its plan is through, one period where it repeats."""
    parts, own = parts_of(scheduler), vars(scheduler)
    if parts and own.get("_milestones") is not None:
        return int(max(own["_milestones"], default=0)) + length(parts[-1])
    if parts:
        return max(map(length, parts))
    if own.get("milestones"):
        return int(max(own["milestones"])) + 1
    for function in functions_of(scheduler):
        total = getattr(function, "keywords", {}).get("num_training_steps")
        if isinstance(total, (int, float)):
            return int(total)
    if isinstance(own.get("step_size"), int):
        return STEPS_SHOWN * int(own["step_size"])
    found = [own[name] for name in LENGTHS if isinstance(own.get(name), (int, float))]
    return max(1, int(found[0])) if found else UNKNOWN_LENGTH


def _stand_in(scheduler: Any) -> Any:
    """A scheduler of the same class that shares nothing that can change. Raises ValueError where that is not known."""
    kind, own = type(scheduler), vars(scheduler)
    if kind.__module__ != "torch.optim.lr_scheduler" and not kind.__module__.startswith("timm.scheduler."):
        raise ValueError(kind.__module__)
    functions = functions_of(scheduler)
    if not all(str(getattr(_inner(f), "__module__", "")).startswith(KNOWN_FUNCTIONS) for f in functions):
        raise ValueError("a function of the user's")
    groups = [
        {k: v for k, value in g.items() if (v := plain(value)) is not None} for g in scheduler.optimizer.param_groups
    ]
    made = object.__new__(kind)
    for key, value in own.items():
        if key == "_schedulers":
            value = [_stand_in(part) for part in value]
        elif isinstance(value, (list, tuple, dict)):
            if plain(value) is None and key != "lr_lambdas":  # rates on a device: to read them would wait for it
                raise ValueError(key)
            value = copy.copy(value)
        vars(made)[key] = value
    made.optimizer = SimpleNamespace(param_groups=groups)
    return made


def _inner(function: Any) -> Any:
    return function.func if isinstance(function, functools.partial) else function


def _rate(made: Any, calls: int) -> float:
    """The first group's rate after `calls` steps. Raises where the class has no such form."""
    name, parts = type(made).__name__, vars(made).get("_schedulers")
    if name == "SequentialLR":
        at = bisect_right(made._milestones, calls)
        return _rate(parts[at], calls - (made._milestones[at - 1] if at else 0))
    if name == "ChainedScheduler":
        if not all(type(part).__name__ in MULTIPLY for part in parts):
            raise ValueError(name)
        base = float(parts[0].base_lrs[0])
        return base * math.prod(_rate(part, calls) / float(part.base_lrs[0]) for part in parts)
    if type(made).__module__.startswith("timm."):
        return float(made._get_lr(calls)[0])
    if name == "CosineAnnealingWarmRestarts":
        return _warm_restarts(made, calls)
    made.last_epoch, made._get_lr_called_within_step = calls, True
    if hasattr(made, "_get_closed_form_lr"):
        return float(made._get_closed_form_lr()[0])
    if name not in BY_LAST_EPOCH:
        raise ValueError(name)
    return float(made.get_lr()[0])


def _warm_restarts(made: Any, calls: int) -> float:
    """Cosine annealing with warm restarts (Loshchilov and Hutter, SGDR, arXiv:1608.03983, equation 5)."""
    period, at = made.T_0, calls
    while at >= period:
        at, period = at - period, period * made.T_mult
        if made.T_mult == 1:
            at %= period
    base, least = float(made.base_lrs[0]), float(made.eta_min)
    return least + (base - least) * (1 + math.cos(math.pi * at / period)) / 2
