"""What a learning rate scheduler is: class, settings as plain values, its parts, and the rates that it plans."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from traindx.recorder.contents import host_number
from traindx.recorder.source import Frames

LONGEST = 32
"""Entries of a list or dict of settings that are kept."""
TEXT = 200
PARTS = 8
PRIVATE = {"_milestones": "milestones", "_schedule_phases": "phases", "_anneal_func_type": "anneal"}
"""Private settings of torch's schedulers that are needed to read the plan, and their names in the recording."""
OF_GROUPS = ("initial_lr", "max_lr", "min_lr", "base_momentum", "max_momentum")
LEFT_OUT = ("optimizer", "metrics", "lr_lambdas", "lr_lambda", "scale_fn")


def scheduler_facts(scheduler: Any, frames: Frames) -> dict[str, Any]:
    """`class`, `module`, `settings`, and where there are any `functions`, `parts` and `groups`."""
    own = vars(scheduler)
    facts: dict[str, Any] = {"class": type(scheduler).__name__, "module": type(scheduler).__module__[:TEXT]}
    settings: dict[str, Any] = {}
    for key, value in own.items():
        name = PRIVATE.get(key, key)
        if key in LEFT_OUT or name.startswith("_") or len(settings) >= LONGEST:
            continue
        kept = plain(value)
        if kept is not None:
            settings[name] = kept
    facts["settings"] = settings
    functions = functions_of(scheduler)
    if functions:
        facts["functions"] = [function_facts(f, frames) for f in functions[:PARTS]]
    parts = parts_of(scheduler)
    if parts:
        facts["parts"] = [scheduler_facts(part, frames) for part in parts[:PARTS]]
    groups = getattr(getattr(scheduler, "optimizer", None), "param_groups", [])
    of_groups = [{k: v for k in OF_GROUPS if (v := plain(group.get(k))) is not None} for group in groups[:PARTS]]
    return facts | ({"groups": of_groups} if any(of_groups) and not parts else {})


def parts_of(scheduler: Any) -> list[Any]:
    """The schedulers that one is made of."""
    parts = vars(scheduler).get("_schedulers")
    return list(parts) if isinstance(parts, (list, tuple)) else []


def functions_of(scheduler: Any) -> list[Any]:
    """The functions of a scheduler that takes any: a rate for each epoch, or a scale for each cycle."""
    own = vars(scheduler)
    found = own.get("lr_lambdas") or [own.get("lr_lambda"), own.get("_scale_fn_custom")]
    return [f for f in found if callable(f)] if isinstance(found, (list, tuple)) else []


def function_facts(function: Any, frames: Frames) -> dict[str, Any]:
    """Name and place of a function, and the settings that are bound to it."""
    keywords = plain(function.keywords) if isinstance(function, functools.partial) else None
    inner = function.func if isinstance(function, functools.partial) else function
    facts = {"name": str(getattr(inner, "__qualname__", type(inner).__name__))[:TEXT]}
    code = getattr(inner, "__code__", None)
    place = {"path": frames.place(code.co_filename), "line": code.co_firstlineno} if code is not None else {}
    return facts | place | ({"keywords": keywords} if keywords else {})


def plain(value: Any) -> Any:
    """A setting as JSON has it: numbers, words, short lists and dicts of them; None of anything else."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value[:TEXT]
    if isinstance(value, Counter):
        value = sorted(value.elements())
    if isinstance(value, (list, tuple)):
        kept = [plain(v) for v in value[:LONGEST]]
        return kept if all(v is not None for v in kept) else None
    if isinstance(value, Mapping):
        pairs = [(str(k)[:TEXT], plain(v)) for k, v in list(value.items())[:LONGEST]]
        return {k: v for k, v in pairs if v is not None}
    return host_number(value)


def last_rates(scheduler: Any) -> list[float] | None:
    """The rates that a scheduler set last, a group each; None where it does not tell, or they lie on a device."""
    rates = plain(vars(scheduler).get("_last_lr"))
    if isinstance(rates, list) and rates and all(isinstance(r, (int, float)) and not math.isnan(r) for r in rates):
        return [float(r) for r in rates]
    return None
