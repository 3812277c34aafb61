"""`traindx demo [CAUSE]`: watch a real small training fail, be diagnosed, be proved and be cured."""

from __future__ import annotations

from pathlib import Path

import click

from traindx.cli.arguments import Command
from traindx.cli.options import verbose_option
from traindx.cli.output import Output

HOME = Path("traindx-demo")


@click.command(cls=Command)
@click.argument("cause", default="lr-too-high")
@verbose_option
def demo(cause: str, verbose: bool) -> int:
    """Put CAUSE (lr-too-high by default) into the training of a small network, find it, prove it and undo it.

    Everything lies in ./traindx-demo afterwards: the script, the recordings, the report as report.html and report.json.
    It takes about a minute. The exit status is 0 if the cause was named first and proved.
    """
    from traindx.demo import demonstrate

    shown = demonstrate(cause, HOME, say)
    click.echo()
    Output("text", None, verbose).write(shown.report)
    click.echo()
    if shown.before is not None and shown.after is not None:
        click.echo(f"Validation accuracy: {shown.before:.1%} with the fault, {shown.after:.1%} with it undone.")
    Output("json", HOME / "report.json", verbose).write(shown.report)
    Output("html", HOME / "report.html", verbose).write(shown.report)
    return 0 if shown.succeeded else 1


def say(line: str) -> None:
    """Show a step of the demo."""
    click.secho(line if line.startswith(" ") else f"\n{line}", bold=not line.startswith(" "))
