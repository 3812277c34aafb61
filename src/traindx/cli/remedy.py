"""`traindx prove --remedy`: what people are told to try, tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from traindx.cli.output import Output
from traindx.cli.progress import tell
from traindx.errors import TraindxError


def remedy_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--remedy`."""
    return click.option(
        "--remedy",
        "remedies",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="Try a remedy: class-weights, focal, warm-up, cosine, batch=4, ... (docs/trials.md); may be repeated.",
    )(function)


def try_out_remedies(
    remedies: tuple[str, ...],
    run: Path | None,
    command: tuple[str, ...],
    place: Output,
    *,
    minutes: float,
    seeds: int,
    scratch: Path | None,
    jobs: int,
    engine: Literal["local", "ray"],
) -> int:
    """Try the remedies and write the report."""
    from traindx.trial.remedies import try_remedies

    report = try_remedies(
        remedies,
        run,
        command=command or None,
        minutes=minutes,
        seeds=range(seeds),
        scratch=scratch,
        jobs=jobs,
        engine=engine,
        progress=tell,
    )
    place.write(report)
    return report.exit_status


def require_remedies(remedies: tuple[str, ...], others: bool) -> None:
    """Raise `TraindxError` for a remedy that there is not, and for options that do not go with one."""
    from traindx.core.remedies import remedy

    for name in remedies:
        remedy(name)
    if remedies and others:
        raise TraindxError(
            "--remedy goes without CAUSE, --try and --apply", "a remedy undoes no cause", "run prove twice"
        )
