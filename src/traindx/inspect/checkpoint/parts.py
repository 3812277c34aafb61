"""What the content of a checkpoint's pickle is: weights, their average, states of optimizer, schedule, loss scale and chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from traindx.core.checkpoint import Role
from traindx.core.pickled import Made

DEPTH = 5
"""Mappings in mappings that are looked through."""

REBUILT = ("_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_tensor")
INSIDE = ("_rebuild_parameter", "_rebuild_parameter_with_state")
PLAIN = (int, float, str, bool)
SCHEDULE = (
    {"last_epoch", "_step_count"},
    {"last_epoch", "base_lrs"},
    {"_schedulers", "_milestones"},
    {"base_lrs", "T_max"},
)
AVERAGE = re.compile(r"(^|[._])(ema|swa|averaged?|polyak|shadow)([._]|\d*$)", re.IGNORECASE)
CHANCE = re.compile(r"rng|random|generator", re.IGNORECASE)
NO_WEIGHTS = re.compile(r"callbacks|loops|metric|meter|history|criterion|loss|queue|confusion", re.IGNORECASE)


@dataclass
class Found:
    """A part before its numbers are read: tensors as the pickle would make them, by name."""

    key: str
    role: Role
    tensors: dict[str, Made] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    groups: list[Mapping[str, Any]] = field(default_factory=list)


def parts_in(content: Any) -> list[Found]:
    """Every part of a checkpoint's content."""
    return list(_parts("", content, DEPTH))


def entries_of(value: Any) -> Mapping[Any, Any]:
    """The entries of a mapping, also of one that the pickle would build (an OrderedDict, a Namespace)."""
    if isinstance(value, Made):
        state = value.state if isinstance(value.state, dict) else {}
        return value.items or (state if not _is_module(value) else {})
    return value if isinstance(value, dict) else {}


def is_tensor(value: Any) -> bool:
    """Whether a pickle would make a tensor of it."""
    return isinstance(value, Made) and _called(value) in (*REBUILT, *INSIDE, "_rebuild_from_type_v2")


def rebuilt(value: Made) -> Made | None:
    """The innermost call that makes a tensor: parameters and subclasses are made of a plain one."""
    for _ in range(4):
        name, given = _called(value), value.arguments
        if name in REBUILT:
            return value
        if not isinstance(given, tuple) or not given:
            return None
        if name in INSIDE and isinstance(given[0], Made):
            value = given[0]
        elif name == "_rebuild_from_type_v2" and len(given) > 2:
            value = Made(given[0], given[2])
        else:
            return None
    return None


def _called(value: Made) -> str:
    return value.of.rpartition(" ")[2] if isinstance(value.of, str) else ""


def _is_module(value: Any) -> bool:
    return isinstance(value, Made) and isinstance(value.state, dict) and "_parameters" in value.state


def _module_tensors(module: Made, before: str, seen: set[int]) -> Iterator[tuple[str, Made]]:
    """The tensors of a pickled `nn.Module` under the names of its state_dict."""
    if id(module) in seen:
        return
    seen.add(id(module))
    kept_out = _set_in(module.state.get("_non_persistent_buffers_set"))
    for kind in ("_parameters", "_buffers"):
        for name, tensor in entries_of(module.state.get(kind)).items():
            if is_tensor(tensor) and name not in kept_out:
                yield f"{before}{name}", tensor
    for name, child in entries_of(module.state.get("_modules")).items():
        if _is_module(child):
            yield from _module_tensors(child, f"{before}{name}.", seen)


def _set_in(value: Any) -> list[Any]:
    """The members of a set, which a pickle makes by a call with a list."""
    if isinstance(value, Made):
        value = value.arguments[0] if isinstance(value.arguments, tuple) and value.arguments else ()
    return list(value) if isinstance(value, (list, tuple)) else []


def _parts(key: str, value: Any, depth: int) -> Iterator[Found]:
    if _is_module(value):
        yield Found(key, _role(key, {}), dict(_module_tensors(value, "", set())))
        return
    if isinstance(value, (list, tuple)) and depth and len(value) <= 64:
        for i, one in enumerate(value):
            yield from _parts(f"{key}[{i}]", one, depth - 1)
    held = entries_of(value)
    names = set(held)
    if {"state", "param_groups"} <= names:
        yield _optimizer(key, held)
    elif any(pair <= names for pair in SCHEDULE):
        yield Found(key, "scheduler", values=_plain(held))
    elif {"growth_factor", "scale"} <= names or (held == {} and "scaler" in key.lower() and value is not None):
        yield Found(key, "scaler", values=_plain(held))
    elif CHANCE.search(key.rpartition(".")[2]) and value is not None and not isinstance(value, PLAIN):
        yield Found(key, "random")
    elif held and depth:
        yield from _of_mapping(key, held, depth)


def _of_mapping(key: str, held: Mapping[Any, Any], depth: int) -> Iterator[Found]:
    tensors = {str(k): v for k, v in held.items() if is_tensor(v)}
    chance = {k for k in tensors if CHANCE.search(k)}
    yield from (Found(_joined(key, k), "random") for k in chance)
    tensors = {k: v for k, v in tensors.items() if k not in chance}
    if tensors:
        yield Found(key, _role(key, tensors), tensors, _plain(held))
    for name, inner in held.items():
        if not is_tensor(inner):
            yield from _parts(_joined(key, str(name)), inner, depth - 1)


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _role(key: str, tensors: Mapping[str, Any]) -> Role:
    if NO_WEIGHTS.search(key):
        return "other"
    if AVERAGE.search(key) or "n_averaged" in tensors:
        return "ema"
    whole = not tensors or any("." in name or name in ("weight", "bias") for name in tensors)
    return "model" if whole or len(tensors) > 2 else "other"


def _optimizer(key: str, held: Mapping[Any, Any]) -> Found:
    found = Found(key, "optimizer")
    for index, state in entries_of(held["state"]).items():
        for name, value in entries_of(state).items():
            if is_tensor(value):
                found.tensors[f"{index}.{name}"] = value
            elif isinstance(value, PLAIN):
                found.values[f"{index}.{name}"] = value
    groups = held["param_groups"] if isinstance(held["param_groups"], list) else []
    for group in map(entries_of, groups):
        params = group.get("params")
        pairs = {str(k): str(v) for k, v in group.items() if isinstance(v, tuple)}  # betas
        found.groups.append({**_plain(group), **pairs, "params": len(params) if isinstance(params, list) else 0})
    return found


def _plain(held: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): v for k, v in held.items() if isinstance(v, PLAIN)}


def plain_below(held: Mapping[Any, Any], wanted: Callable[[str], bool]) -> dict[str, Any]:
    """The plain values of a mapping and, with a dot between, of the mappings in it whose names are wanted."""
    found = _plain(held)
    for name, inner in held.items():
        if wanted(str(name)):
            found |= {f"{name}.{k}": v for k, v in _plain(entries_of(inner)).items()}
    return found
