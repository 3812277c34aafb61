"""`traindx rule CODE|CAUSE`: the catalogue page of a check or a cause, in the terminal."""

from __future__ import annotations

import io
import shutil

import click

from traindx.cli.arguments import Command
from traindx.cli.output import wants_color
from traindx.config import nearest
from traindx.core.cause import Cause
from traindx.core.check import Check
from traindx.errors import TraindxError


@click.command(cls=Command)
@click.argument("name", metavar="CODE|CAUSE", required=False)
def rule(name: str | None) -> int:
    """Show what a check (T301 or its name) looks at, or what a cause (lr-too-high) is; without a name, list them all."""
    from traindx.cli.page import catalogue, cause_page, check_page

    if name is None:
        _show(catalogue())
        return 0
    found = look_up(name)
    _show(check_page(found) if isinstance(found, Check) else cause_page(found))
    return 0


def look_up(name: str) -> Check | Cause:
    """The check with this code or name, or the cause with this slug, in any case. Raises `TraindxError` for another."""
    from traindx.causes import all_causes
    from traindx.checks import all_checks

    known: dict[str, Check | Cause] = {c.slug: c for c in all_causes()}
    known |= {c.name: c for c in all_checks()} | {c.code: c for c in all_checks()}
    for word, entry in known.items():
        if word.lower() == name.lower().replace("_", "-"):
            return entry
    raise TraindxError(
        f"no check and no cause is called {name!r}", "", f"{nearest(name, known)} traindx rule lists all".strip()
    )


def _show(markdown: str) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    color = wants_color()
    console = Console(
        file=io.StringIO(),
        force_terminal=color,
        color_system="standard" if color else None,
        width=shutil.get_terminal_size().columns,
        highlight=False,
    )
    with console.capture() as shown:
        console.print(Markdown(markdown))
    click.echo(shown.get().rstrip("\n"), color=color)
