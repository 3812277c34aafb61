"""The loads of weights before a training began, as the recording tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording


@dataclass(frozen=True)
class Load:
    """One `load_state_dict`. `given` tensors, of which `matched` fit the module's `own` parameters by name and shape and `same`
    are the module's own memory; `prefix` sets `prefixed` names apart from missing ones (`strip` it or `add` it).

    `covers` is the share of the trained model that the module is; `kept` of `looked` loaded tensors are unchanged when the
    training begins. `later` is the step before which a load came that was made in the midst of a training, or after it.
    """

    module: str
    strict: bool
    given: int
    own: int
    matched: int
    same: int
    missing: tuple[int, tuple[str, ...]]
    unexpected: tuple[int, tuple[str, ...]]
    wrong_shape: tuple[int, tuple[str, ...]]
    prefix: tuple[str, str] | None
    prefixed: int
    covers: float
    kept: int | None
    looked: int
    by: str
    place: Place
    later: int | None = None


def loads(recording: Recording) -> Iterator[Load]:
    """The loads into what is trained before its training began, in order; into others, as a teacher, those that failed."""
    return (load for load in _all_loads(recording) if load.later is None)


def later_loads(recording: Recording) -> Iterator[Load]:
    """The loads into what was trained already, or is trained from then on."""
    return (load for load in _all_loads(recording) if load.later is not None)


def _all_loads(recording: Recording) -> Iterator[Load]:
    found = [load_of(line) for line in recording.lines.get("weights_loaded", ())]
    brought = {load.module for load in found if load.matched >= 0.5 * load.own}
    return (load for load in found if load.covers > 0 or (is_prefixed(load) and load.module not in brought))


def is_prefixed(load: Load) -> bool:
    """Whether all names miss their own for a common prefix, and nobody is told: that is meant of no model, trained or not."""
    return not load.matched and not load.strict and load.prefixed >= max(3, 0.5 * load.own)


def load_of(line: Mapping[str, Any]) -> Load:
    """A load from the line that tells it."""
    prefix = line.get("prefix") or {}
    way = next((key for key in ("strip", "add") if key in prefix), None)
    return Load(
        module=str(line["class"]),
        strict=bool(line["strict"]),
        given=int(line["given"]),
        own=int(line["own"]),
        matched=int(line["matched"]),
        same=int(line["same_memory"]),
        missing=_named(line.get("missing")),
        unexpected=_named(line.get("unexpected")),
        wrong_shape=_named(line.get("wrong_shape")),
        prefix=None if way is None else (way, str(prefix[way])),
        prefixed=int(prefix.get("count", 0)),
        covers=float(line.get("covers", 0.0)),
        kept=line.get("kept"),
        looked=int(line.get("looked", 0)),
        by=str(line.get("by", "")),
        place=Place(path=line.get("path"), line=line.get("line"), setting="load_state_dict", step=line.get("later")),
        later=line.get("later"),
    )


def arrived(load: Load) -> float:
    """The share of the tensors given that fit the model and are not its own already."""
    return (load.matched - load.same) / load.given if load.given else 0.0


def is_good(load: Load, few: float) -> bool:
    """Whether a load brought most of the model's parameters."""
    return load.covers > 0.5 and load.matched - load.same >= 0.5 * load.own and not left_out(load, few)


def left_out(load: Load, few: float) -> str:
    """Why hardly anything of a load arrived, in words; empty where what was given fits."""
    own = f"of the {load.own} parameters of the model"
    if load.prefix is not None and load.prefixed >= max(3, 0.2 * load.own):
        way, text = load.prefix
        words = f"begin with {text!r}" if way == "strip" else f"lack {text!r} in front"
        example = (load.unexpected[1] or ("",))[0]
        return f"{load.matched} {own} are loaded (should be all): {load.prefixed} names {words}, as {example}"
    if load.given == 0:
        return "a state dict without any tensor is loaded: no name or shape was left after a filter"
    if not load.matched and load.unexpected[0] == load.given:
        return f"none of the {load.given} names that are loaded is the model's, as {load.unexpected[1][0]}: 0 {own} get a value"
    if load.same == load.matched == load.own and load.given >= load.own:
        return f"all {load.own} tensors that are loaded are the model's own: nothing of the file is among them"
    if load.given >= 5 and arrived(load) < few and load.missing[0] + load.wrong_shape[0] >= 0.5 * load.own:
        example = f", as {load.unexpected[1][0]}" if load.unexpected[1] else ""
        fit = f"{load.matched} of the {load.given} tensors that are loaded fit the model (should be most)"
        return f"{fit}: {load.unexpected[0]} names are unknown to it{example}"
    return ""


def judged(found: Sequence[Load], few: float) -> Iterator[Finding | Measured]:
    """What checks say of the loads of one model: nothing is wrong where one of them is good."""
    if not found:
        return
    most = max(arrived(load) for load in found)
    yield Measured("largest share of the tensors of a load that fit the model", most, f"over {few:g}")
    if any(is_good(load, few) for load in found):
        return
    for load in found[:5]:
        why = left_out(load, few)
        if why:
            yield Finding(load.place, f"{why} ({load.module}, strict={load.strict})")


def _named(found: dict[str, object] | None) -> tuple[int, tuple[str, ...]]:
    if not found:
        return 0, ()
    names = found["names"]
    return int(str(found["count"])), tuple(map(str, names if isinstance(names, list) else ()))
