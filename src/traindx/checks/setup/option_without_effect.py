"""S110: an option of the command line says one thing, and the training does another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling, recording_with
from traindx.core.finding import Finding, Measured, Place
from traindx.core.loaders import loaders_of
from traindx.core.recording import Recording
from traindx.core.setup import Setup

NAMES = {
    "lr": ("lr", "learning-rate", "learning_rate", "base-lr", "base_lr", "lr0"),
    "momentum": ("momentum",),
    "weight_decay": ("weight-decay", "weight_decay", "wd"),
    "batch_size": ("batch-size", "batch_size", "bs", "batch", "train-batch-size", "train_batch_size"),
}
"""What is measured of a run, and the options by which it is usually asked for."""


@check("S110", level="error")
def option_without_effect(setup: Setup, recording: Recording) -> Iterator[Finding | Measured]:
    """The command asks for a rate, momentum, weight decay or batch size that its script never reads, and another is applied.

    ## Why is this bad?
    Changing the option changes nothing: runs that should differ are the same, and what is thought to be the cause of a bad
    run never took effect.

    ## How to fix
    Hand the option on: `torch.optim.SGD(model.parameters(), lr=args.lr)`. Two things must agree: the script's text declares the
    option and never reads it, or assigns another value to it, and the recording shows another value than the one asked for.
    A script that hands its options on as a whole is not judged.
    """
    asked = [(what, name) for what, names in NAMES.items() for name in names if name in setup.settings]
    if not asked or not setup.script:
        raise NotEnough("the command has no option for the rate, momentum, weight decay or batch size")
    for what, name in asked:
        wanted, applied = _number(setup.settings[name]), _applied(recording, what)
        differs = (
            wanted is not None and bool(applied) and not any(math.isclose(wanted, a, rel_tol=1e-3) for a in applied)
        )
        shown = ", ".join(f"{a:.4g}" for a in sorted(applied))
        yield Measured(f"{what} applied", shown or "unknown", f"{setup.settings[name]}, as asked by --{name}")
        if differs and name in setup.ignored:
            text = f"--{name} {setup.settings[name]} was asked for, and {shown} is applied: {setup.script} never uses the option"
            yield Finding(Place(setup.script, setup.ignored[name], setting=name), text)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _applied(recording: Recording, what: str) -> set[float]:
    """The values that were in force."""
    if what == "batch_size":
        used = {p.loader for p in loaders_of(recording).training}
        sizes = [x.facts.get("batch_size") for x in loaders_of(recording).loaders if x.number in used]
        return {float(size) for size in sizes if size}
    groups = [g for o in recording.optimizers for g in o.groups]
    found = {float(g[what]) for g in groups if isinstance(g.get(what), (int, float))}
    if what == "lr":
        found |= {float(g["initial_lr"]) for g in groups if isinstance(g.get("initial_lr"), (int, float))}
        found |= {float(rate) for rate in recording.lr if math.isfinite(rate)} if len(set(recording.lr)) < 20 else set()
    return found


def _facts(rate: str, ignored: dict[str, int]) -> Facts:
    setup = Setup(
        ("python", "train.py", "--lr", rate), ".", "pytorch", {"lr": rate}, script="train.py", ignored=ignored
    )
    return {"setup": setup, "recording": recording_with(falling())}


@option_without_effect.fires_on
def a_rate_that_the_script_never_reads() -> Facts:
    return _facts("0.001", {"lr": 7})


@option_without_effect.quiet_on
def a_rate_that_is_applied() -> Facts:
    return _facts("0.1", {})


@option_without_effect.quiet_on
def a_rate_that_the_script_scales() -> Facts:
    return _facts("0.4", {})


@option_without_effect.quiet_on
def an_unread_option_that_asks_for_what_is_there() -> Facts:
    return _facts("0.1", {"lr": 7})
