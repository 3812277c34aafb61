"""What a settings file says is built, as calls: nodes that name a class (`_target_`, `class_path`, `type`), and flat entries that
mean an optimizer or a schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from traindx.core.asked_optimizer import KINDS as OPTIMIZERS
from traindx.core.configured import Configured
from traindx.core.schedules import TORCH as SCHEDULES
from traindx.core.script import Call, Pace
from traindx.inspect.configured.tree import UNTOLD, Held, bare, walk

_OPTIMIZERS = {kind.lower(): kind for kind in OPTIMIZERS}
_ARGUMENTS = {"rate": "lr", "momentum": "momentum", "decay": "weight_decay"}


def calls_of(tree: Held, known: Configured, pace: Pace) -> tuple[Call, ...]:
    """Optimizers, schedules and trainers that the settings name; `pace`: how often schedules are stepped if they do not say it."""
    found = tuple(call for call, _ in _of_nodes(tree, known, pace))
    if any(call.name in OPTIMIZERS or call.name == "TrainingArguments" for call in found):
        return found
    return (*found, *_of_entries(known), *_of_solver(known))


def _of_nodes(tree: Held, known: Configured, pace: Pace) -> Iterator[tuple[Call, str]]:
    for name, held in walk(tree):
        entries = held.entries
        kind = next((bare(entries[k]) for k in ("_target_", "class_path", "type") if k in entries), None)
        if not isinstance(kind, str):
            continue
        given = entries["init_args"].entries if "class_path" in entries and "init_args" in entries else entries
        last = kind.rpartition(".")[2]
        if last in OPTIMIZERS and ("optim" in kind.lower() or "optim" in name.lower()):
            yield _call(kind if "_target_" in entries or "class_path" in entries else last, given, held), name
        elif last in SCHEDULES:
            yield _schedule(last if "type" in entries else kind, given, held, known, pace), name
        elif last == "Trainer":
            yield _call(kind, given, held), name
    trainer = tree.entries.get("trainer")
    if trainer is not None and "max_epochs" in trainer.entries and "_target_" not in trainer.entries:
        yield _call("Trainer", trainer.entries, trainer), "trainer"
    if known.kind == "transformers":
        yield _call("TrainingArguments", tree.entries, tree), ""


def _call(function: str, given: Mapping[str, Held], held: Held, **more: Any) -> Call:
    parts = {
        name: part for name, part in given.items() if not name.startswith("_") and name not in ("type", "class_path")
    }
    known = {name: value for name, part in parts.items() if (value := bare(part)) is not UNTOLD}
    lines = {name: part.line for name, part in parts.items() if part.line}
    own = held.path or next((part.path for part in parts.values() if part.path), "")
    rate = parts.get("lr", parts.get("learning_rate"))
    where = rate if rate is not None and rate.path else held
    texts = {name: repr(known.get(name, "?")) for name in parts}
    return Call(function, where.line or held.line or 1, known, texts, lines=lines, path=where.path or own, **more)


def _schedule(kind: str, given: Mapping[str, Held], held: Held, known: Configured, pace: Pace) -> Call:
    """A schedule; those of OpenMMLab say themselves what they count, and from where to where they hold."""
    call = _call(kind, given, held)
    arguments, texts = dict(call.arguments), dict(call.texts)
    if known.kind == "openmmlab":
        pace = "epoch" if arguments.get("by_epoch", True) is True else ""
        begin, end = arguments.get("begin", 0), arguments.get("end")
        length = end - begin if isinstance(end, (int, float)) and isinstance(begin, (int, float)) else None
        name = {"LinearLR": "total_iters", "CosineAnnealingLR": "T_max"}.get(call.name)
        if name and name not in arguments and length is not None:
            arguments[name], texts[name] = length, repr(length)
    return Call(call.function, call.line, arguments, texts, lines=call.lines, path=call.path, pace=pace)


def _of_entries(known: Configured) -> Iterator[Call]:
    """One optimizer that flat entries name: `opt: adamw`, `lr: 0.001`."""
    kind, rate = known.only("optimizer"), known.only("rate")
    named = _OPTIMIZERS.get(str(kind[1].value).lower().replace("torch.optim.", "")) if kind is not None else None
    if named is None or rate is None or not isinstance(rate[1].value, (int, float)):
        return
    found = {role: entry for role in _ARGUMENTS if (entry := known.only(role)) is not None}
    if named != "SGD":
        found.pop("momentum", None)
    yield Call(
        named,
        rate[1].line or 1,
        {_ARGUMENTS[role]: asked.value for role, (_, asked) in found.items()},
        {_ARGUMENTS[role]: str(asked.value) for role, (_, asked) in found.items()},
        lines={_ARGUMENTS[role]: asked.line for role, (_, asked) in found.items() if asked.line},
        path=rate[1].path or known.paths[0],
    )


def _of_solver(known: Configured) -> Iterator[Call]:
    """The optimizer and the schedule of Detectron2's SOLVER, whose optimizer is SGD with momentum 0.9."""
    rate = known.values.get("SOLVER.BASE_LR")
    if rate is not None and isinstance(rate.value, (int, float)):
        momentum = known.values.get("SOLVER.MOMENTUM")
        given = {"lr": rate.value, "momentum": 0.9 if momentum is None else momentum.value}
        decay = known.values.get("SOLVER.WEIGHT_DECAY")
        given |= {"weight_decay": decay.value} if decay is not None else {}
        yield Call(
            "SGD", rate.line or 1, given, {k: str(v) for k, v in given.items()}, path=rate.path or known.paths[0]
        )
    marks = known.values.get("SOLVER.STEPS")
    if marks is not None and isinstance(marks.value, list) and marks.value:
        given = {"milestones": marks.value}
        path = marks.path or known.paths[0]
        yield Call("MultiStepLR", marks.line or 1, given, {"milestones": str(marks.value)}, path=path, pace="iteration")
