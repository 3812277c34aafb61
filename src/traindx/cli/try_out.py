"""`traindx prove --try`: the learning rate swept, a few samples learned by heart, the largest batch that fits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from traindx.cli.output import Output
from traindx.cli.progress import tell
from traindx.errors import TraindxError

KINDS = ("lr-range", "overfit", "batch-fit", "twins")
GIGABYTE = 2.0**30


def try_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--try` and `--memory`."""
    options = (
        click.option(
            "--try",
            "tries",
            type=click.Choice(KINDS),
            multiple=True,
            help="Sweep the learning rate, learn a few samples by heart, find the largest batch, or do a step again with one"
            " thing changed (twins); may be repeated.",
        ),
        click.option("--twins", "tries", flag_value="twins", multiple=True, help="The same as --try twins."),
        click.option(
            "--memory",
            type=click.FloatRange(min=0.01),
            metavar="GIB",
            help="With --try batch-fit: what batches are to fit in (default: the device's memory, or what the host has free).",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def carry_out(
    tries: tuple[str, ...],
    run: Path | None,
    command: tuple[str, ...],
    place: Output,
    *,
    minutes: float,
    seeds: int,
    memory: float | None,
    scratch: Path | None,
) -> int:
    """Try out what was asked for and write the report. Sweeps are made once unless more --seeds are asked for."""
    from traindx.trial.tryouts import KINDS as known
    from traindx.trial.tryouts import try_out

    context = click.get_current_context()
    given = context.get_parameter_source("seeds") is not click.core.ParameterSource.DEFAULT
    report = try_out(
        [kind for kind in known if kind in tries],
        run,
        command=command or None,
        minutes=minutes,
        seeds=range(seeds if given else 1),
        memory=None if memory is None else memory * GIGABYTE,
        scratch=scratch,
        progress=tell,
    )
    place.write(report)
    return report.exit_status


def require_alone(tries: tuple[str, ...], memory: float | None, causes: tuple[str, ...], apply: bool) -> None:
    """Raise `TraindxError` for options that do not go with each other."""
    if memory is not None and "batch-fit" not in tries:
        raise TraindxError("--memory belongs to --try batch-fit", "", "add it, or leave --memory out")
    if tries and (causes or apply):
        what = f"the cause {causes[0]}" if causes else "--apply"
        raise TraindxError(f"--try and {what} exclude each other", "a tryout undoes no cause", "run prove twice")
