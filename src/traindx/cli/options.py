"""The options that several commands share: which checks, which format, where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from traindx import config
from traindx.errors import TraindxError

ENGINES = ("threads", "processes", "ray")
FOR_MACHINES = ("json", "sarif", "junit", "github")
"""Formats that a program reads: it gets a report even where nothing could be examined, and the status is 2 all the same."""

FORMATS = ("text", "json", "html", "sarif", "junit", "github", "markdown")


@dataclass(frozen=True)
class Selection:
    """Which checks run, and how, as `traindx.examine.judge` takes it."""

    select: tuple[str, ...]
    ignore: Mapping[str, str]
    options: Mapping[str, Mapping[str, Any]]

    def arguments(self) -> dict[str, Any]:
        """As keyword arguments."""
        return {"select": self.select, "ignore": self.ignore, "options": self.options}


def selection(select: tuple[str, ...], ignore: tuple[str, ...]) -> Selection:
    """The command line's words over those of the configuration: `select` replaces, `ignore` adds.

    Raises `TraindxError` for a code that no check has.
    """
    written = config.load(Path.cwd())
    prefixes = tuple(word for part in select for word in part.split(",") if word)
    reasons = dict(_reason(word) for word in ignore)
    if "" in reasons:
        raise TraindxError("--ignore names no code", "", "--ignore D302=reason")
    config.require_codes(prefixes, "--select")
    config.require_codes(reasons, "--ignore")
    return Selection(prefixes or written.select, {**written.ignore, **reasons}, written.checks)


def _reason(word: str) -> tuple[str, str]:
    code, _, reason = word.partition("=")
    return code, reason or "on the command line"


def check_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--select` and `--ignore`."""
    select = click.option("--select", multiple=True, metavar="PREFIX", help="Run only checks whose code begins so.")
    ignore = click.option(
        "--ignore", multiple=True, metavar="PREFIX[=REASON]", help="Leave checks out; the report shows the reason."
    )
    return _also(function, ignore, select)


def scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what says how a dataset is scanned; `scanning_of` makes the arguments of `traindx.scan.ScanOptions` of them."""
    quick = click.option("--quick", is_flag=True, help="Headers and labels only: no picture is decoded.")
    blind = click.option("--no-images", is_flag=True, help="Labels only: no picture is opened.")
    fresh = click.option(
        "--no-cache", is_flag=True, help="Measure every picture again, and keep nothing for the next time."
    )
    images = click.option(
        "--images", metavar="DIR", help="Folder of the pictures, where it is not one of the usual ones."
    )
    workers = click.option(
        "--workers", type=click.IntRange(1), help="Pictures decoded at a time; default one per core."
    )
    engine = click.option(
        "--engine", type=click.Choice(ENGINES), default="threads", show_default=True, help="Where to scan."
    )
    return _also(function, engine, workers, images, fresh, blind, quick)


def scanning_of(words: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `traindx.scan.ScanOptions` from the values of `scan_options`."""
    depth = "labels" if words["no_images"] else "quick" if words["quick"] else "full"
    more = {"workers": words["workers"], "engine": words["engine"], "pictures": words["images"]}
    return {"depth": depth, "cache": not words["no_cache"], **more}


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--format`, `--output` and `--verbose`."""
    kind = click.option(
        "--format", "-f", "kind", type=click.Choice(FORMATS), default="text", show_default=True, help="How to show it."
    )
    output = click.option(
        "--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of the terminal."
    )
    return _also(function, verbose_option, output, kind)


def verbose_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--verbose`."""
    return _also(function, click.option("--verbose", "-v", is_flag=True, help="Show everything."))


def _also(
    function: Callable[..., Any], *options: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Callable[..., Any]:
    for option in options:
        function = option(function)
    return function
