"""In what two runs differ before anything was learned: command, settings, network, optimizer, loss, loaders, inputs, versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from traindx.core.check import Facts
from traindx.core.finding import Place
from traindx.core.recording import Recording

COLUMNS = ("what", "A", "B", "where")
"""Columns of the tables that compare two runs, by which a renderer knows them."""

LISTED = 12
"""Differences of one kind that are named; of layers and parameters the first tell."""

FIRST = 10
"""Recorded steps whose inputs are compared."""

APART = 4.0
"""Inputs differ where their means over the first steps lie so many standard errors apart, and by `SHARE` of the spread."""
SHARE = 0.02

OUTPUT = frozenset(
    {"save_dir", "name", "project", "exist_ok", "output", "output_dir", "logging_dir", "run_name", "log_dir"}
)
"""Settings that say where to write: they make no difference."""
WORDS = {"lr": "learning rate", "initial_lr": "initial learning rate", "parameters": "parameters in the optimizer"}
LOADER = ("class", "dataset", "length", "batches", "batch_size", "drop_last", "samplers", "shuffle", "workers")
LOSS = ("name", "classes", "weight", "label_smoothing", "reduction", "ignore_index", "target_type", "made_by")
MACHINE = ("platform", "processors", "memory")


@dataclass(frozen=True)
class Difference:
    """What differs, what it is in A and in B (empty: not there), and where it is written in the run that has it, B first."""

    what: str
    a: str
    b: str
    place: Place = Place()


def differences(a: Facts, b: Facts) -> tuple[Difference, ...]:
    """All that differs, nearest to what people change first: settings, then optimizer, loss, inputs, network, versions, machine."""
    found: list[Difference] = []
    for part in (_command, _settings, _recorded, _versions, _machine):
        found += list(part(a, b))
    return tuple(found)


def _command(a: Facts, b: Facts) -> Iterator[Difference]:
    one, other = (_words(facts) for facts in (a, b))
    if one and other and one != other:
        known = [set(words) for words in (one, other)]
        left, right = ([w for w in words if w not in mate] for words, mate in ((one, known[1]), (other, known[0])))
        yield Difference("command", " ".join(left) or "in another order", " ".join(right) or "in another order")


def _words(facts: Facts) -> tuple[str, ...]:
    setup = facts.get("setup")
    return tuple(setup.command[1:]) if setup is not None else ()


def _settings(a: Facts, b: Facts) -> Iterator[Difference]:
    """What was asked for, in the command or a file, with the trainer's own defaults where one of both says nothing."""
    one, other = a.get("setup"), b.get("setup")
    if one is None or other is None:
        return
    for name in sorted({*one.asked, *other.asked} - OUTPUT):
        values = one.value(name), other.value(name)
        if values[0] != values[1]:
            yield Difference(
                name, _shown(values[0]), _shown(values[1]), (other if name in other.asked else one).place(name)
            )
    asked = {*one.asked, *other.asked}
    for name in sorted({*one.settings, *other.settings} - asked - OUTPUT):
        values = one.settings.get(name), other.settings.get(name)
        if values[0] != values[1]:
            yield Difference(name, _shown(values[0]), _shown(values[1]), Place(setting=name))


def _recorded(a: Facts, b: Facts) -> Iterator[Difference]:
    one, other = a.get("recording"), b.get("recording")
    if one is None or other is None:
        return
    for part in (_optimizers, _loss, _loaders, _order, _inputs, _network, _precision):
        yield from part(one, other)


def _optimizers(a: Recording, b: Recording) -> Iterator[Difference]:
    place = _source(b, "optimizer")
    kinds = [", ".join(o.kind for o in r.optimizers) for r in (a, b)]
    if kinds[0] != kinds[1]:
        yield Difference("optimizer", kinds[0], kinds[1], place)
    for one, other in zip(a.optimizers, b.optimizers, strict=False):
        if len(one.groups) != len(other.groups):
            yield Difference("parameter groups", str(len(one.groups)), str(len(other.groups)), place)
            continue
        yield from _groups(one.groups, other.groups, place)


def _groups(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], place: Place) -> Iterator[Difference]:
    """What differs in parameter groups; once where it is the same in all of them."""
    for key in sorted({key for group in (*one, *other) for key in group})[:LISTED]:
        pairs = [(_shown(group.get(key)), _shown(mate.get(key))) for group, mate in zip(one, other, strict=True)]
        changed = {n: pair for n, pair in enumerate(pairs) if pair[0] != pair[1]}
        if len(changed) == len(pairs) and len(set(pairs)) == 1:
            yield Difference(WORDS.get(key, key), *pairs[0], place)
        else:
            for n, pair in changed.items():
                yield Difference(f"{WORDS.get(key, key)}, group {n}", *pair, place)


def _loss(a: Recording, b: Recording) -> Iterator[Difference]:
    one, other = (_first(r, "loss_call") for r in (a, b))
    if one and other:
        place = Place(path=other.get("path"), line=other.get("line"))
        yield from _of_mappings(one, other, LOSS, lambda key: f"loss function: {key}", place)


def _loaders(a: Recording, b: Recording) -> Iterator[Difference]:
    one, other = (r.lines.get("loader", ()) for r in (a, b))
    if len(one) != len(other) and one and other:
        yield Difference("loaders", str(len(one)), str(len(other)))
    for n, (line, mate) in enumerate(zip(one, other, strict=False)):
        place = Place(path=mate.get("path"), line=mate.get("line"))
        names = {key: f"loader {n}: {key}" for key in LOADER}
        yield from _of_mappings(line, mate, LOADER, names.__getitem__, place)


def _order(a: Recording, b: Recording) -> Iterator[Difference]:
    """The most usual order of calls between two optimizer steps."""
    usual = [max(set(calls), key=calls.count) if (calls := r.calls[1:]) else "" for r in (a, b)]
    if usual[0] and usual[1] and usual[0] != usual[1]:
        words = [", ".join(CALLS.get(letter, letter) for letter in calls[:12]) for calls in usual]
        yield Difference("order of calls in a step", words[0], words[1], _source(b, "step"))


CALLS = {
    "z": "zero_grad",
    "f": "forward",
    "b": "backward",
    "u": "unscale",
    "c": "clip",
    "s": "step",
    "l": "scheduler",
}


def _inputs(a: Recording, b: Recording) -> Iterator[Difference]:
    """What the network received in the first recorded steps: shape, type, and numbers that differ by more than batches do."""
    one, other = ([d["inputs"] for _, d in sorted(r.details.items()) if d.get("inputs")][:FIRST] for r in (a, b))
    if not one or not other:
        return
    for key in ("shape", "dtype"):
        if one[0].get(key) != other[0].get(key):
            yield Difference(f"inputs: {key}", _shown(one[0].get(key)), _shown(other[0].get(key)))
    spread = float(np.mean([np.mean(found.get("std") or 1.0) for found in one]))
    for key in ("mean", "std", "min", "max"):
        values, mates = ([float(np.mean(f[key])) for f in side if f.get(key) is not None] for side in (one, other))
        if values and mates and _are_apart(values, mates, spread):
            yield Difference(f"inputs: {key}", f"{np.mean(values):.4g}", f"{np.mean(mates):.4g}")
    classes = [{int(k) for s in _targets(r) for k in s.get("classes") or ()} for r in (a, b)]
    if classes[0] and classes[1] and (classes[0] - classes[1] or classes[1] - classes[0]):
        shown = [", ".join(map(str, sorted(found)[:LISTED])) for found in classes]
        yield Difference("classes among the first targets", shown[0], shown[1])


def _targets(recording: Recording) -> list[Mapping[str, Any]]:
    return [d["targets"] for _, d in sorted(recording.details.items()) if d.get("targets")][:FIRST]


def _are_apart(one: Sequence[float], other: Sequence[float], spread: float) -> bool:
    error = float(np.hypot(np.std(one) / len(one) ** 0.5, np.std(other) / len(other) ** 0.5))
    gap = abs(float(np.mean(one)) - float(np.mean(other)))
    return gap > APART * error and gap > SHARE * spread


def _network(a: Recording, b: Recording) -> Iterator[Difference]:
    if a.model != b.model:
        yield Difference("network", a.model, b.model)
    if len(a.layers) != len(b.layers):
        yield Difference("layers", str(len(a.layers)), str(len(b.layers)))
    changed = [(x, y) for x, y in zip(a.layers, b.layers, strict=False) if x != y]
    for x, y in changed[:1]:
        words = [f"{layer.name}: {layer.kind} {list(layer.shape) or ''}".rstrip() for layer in (x, y)]
        yield Difference("first layer that differs", words[0], words[1], Place(layer=y.name))
    for name, wanted in (("trainable parameters", True), ("frozen parameters", False)):
        counts = [sum(int(np.prod(p.shape)) for p in r.parameters if p.trainable is wanted) for r in (a, b)]
        if counts[0] != counts[1]:
            yield Difference(name, f"{counts[0]:,}", f"{counts[1]:,}")
    without = [{p.name for p in r.parameters if p.trainable and p.optimizer is None} for r in (a, b)]
    if without[0] != without[1]:
        shown = [", ".join(sorted(names)[:3]) or "none" for names in without]
        yield Difference("trainable, but in no optimizer", shown[0], shown[1])


def _precision(a: Recording, b: Recording) -> Iterator[Difference]:
    one, other = (next(iter(r.lines.get("precision", ())), {}) for r in (a, b))
    yield from _of_mappings(one, other, ("device", "weights", "autocast"), lambda key: f"precision: {key}", Place())


def _versions(a: Facts, b: Facts) -> Iterator[Difference]:
    one, other = (facts["setup"].versions if "setup" in facts else {} for facts in (a, b))
    if one and other:
        yield from _of_mappings(one, other, sorted({*one, *other}), lambda key: f"version of {key}", Place())
    starts = [_line(facts, "start") for facts in (a, b)]
    if all(starts):
        names = [name for name in ("python", "torch", "world_size") if name not in one]
        yield from _of_mappings(starts[0], starts[1], names, lambda key: key.replace("_", " "), Place())


def _machine(a: Facts, b: Facts) -> Iterator[Difference]:
    one, other = (_line(facts, "machine") for facts in (a, b))
    if one and other:
        yield from _of_mappings(one, other, MACHINE, lambda key: f"machine: {key}", Place())


def _line(facts: Facts, kind: str) -> Mapping[str, Any]:
    recording = facts.get("recording")
    return next(iter(recording.lines.get(kind, ())), {}) if recording is not None else {}


def _first(recording: Recording, field: str) -> Mapping[str, Any]:
    return next((d[field] for _, d in sorted(recording.details.items()) if d.get(field)), {})


def _source(recording: Recording, call: str) -> Place:
    source = recording.sources.get(call)
    return Place(path=source.path, line=source.line) if source is not None else Place()


def _of_mappings(
    a: Mapping[str, Any], b: Mapping[str, Any], keys: Sequence[str], words: Callable[[str], str], place: Place
) -> Iterator[Difference]:
    """The keys whose values differ."""
    changed = [key for key in keys if a.get(key) != b.get(key)]
    for key in changed[:LISTED]:
        yield Difference(words(key), _shown(a.get(key)), _shown(b.get(key)), place)


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, float):
        return f"{value:.6g}"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
