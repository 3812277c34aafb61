"""The program `traindx`: its list of commands, and what becomes of errors and interruptions."""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from traindx import __version__
from traindx.errors import TraindxError

COMMANDS = {
    "check": "Examine a dataset.",
    "compare": "Compare two annotations of the same pictures, or two runs.",
    "run": "Record a training command, unchanged, and diagnose it.",
    "attach": "See where a running or hanging training stands.",
    "diagnose": "Diagnose a recording or a run folder.",
    "prove": "Run a command again with causes undone, and decide.",
    "replay": "Do a bad step again and name the operation that made it bad.",
    "report": "Show a report in another format.",
    "rule": "Show the catalogue page of a check or a cause.",
    "demo": "Watch a real small training fail, be diagnosed and be cured.",
}
BROKEN = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
ISSUES = "please report this with the output of -v: it is a bug in traindx"


class PipeClosed(Exception):
    """Whoever read the output has gone."""


class Program(click.Group):
    """Knows the commands by name and imports one only when it is asked for, so that starting stays quick."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. A pipe that was closed is told apart here, because click would exit with 1, which means findings."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command's function from the file of its name; None if there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(importlib.import_module(f"traindx.cli.{cmd_name}"), cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@click.version_option(__version__, prog_name="traindx")
def program() -> None:
    """Say why a PyTorch vision training fails, stalls or does not validate, and what makes it work.

    Exit status: 0 nothing at level error, 1 findings at level error, 2 traindx itself could not work.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program on `arguments` (the process' own by default) and exit with its status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that the terminal cannot show is no reason to fail
    try:
        status = status_of(words)
        sys.stdout.flush()
    except (PipeClosed, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # keeps the interpreter from flushing again
        status = PIPE_CLOSED
    sys.exit(status)


def status_of(words: Sequence[str]) -> int:
    """Run the program and say its exit status; errors become one line on stderr."""
    try:
        result: Any = program.main(list(words) or ["--help"], prog_name="traindx", standalone_mode=False)
        return int(result or 0)
    except PipeClosed:
        raise
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "traindx"
        message = error.format_message()
        return _complain(f"{message if message.endswith('?') else message.rstrip('.') + '.'} See `{path} --help`")
    except (click.Abort, KeyboardInterrupt) as error:
        kept = str(error.__cause__ or error)  # what a scan says of what it had done by then
        click.echo(f"traindx: interrupted{': ' if kept else ''}{kept}", err=True)
        return INTERRUPTED
    except TraindxError as error:
        return _complain(str(error))
    except OSError as error:  # a file or folder of the user's that no one expected to be like this
        name = str(error.filename or "")
        shown = f"{name[:60]}...{name[-20:]}" if len(name) > 100 else name
        return _complain(f"{shown or 'a file'}: {error.strerror or error}")
    except Exception as error:  # the last line of defence: one line for the user, the rest with -v
        own = list(words)[: words.index("--")] if "--" in words else words
        if {"-v", "--verbose", "verbose=true"} & set(own):
            traceback.print_exc()
        return _complain(f"{type(error).__name__}: {error}. {ISSUES}")


def _complain(message: str) -> int:
    click.echo("traindx: " + " ".join(message.split()), err=True)
    return BROKEN
