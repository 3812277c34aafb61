"""`key=value` as another way to write `--key value`, and the command behind `--`: the one place where words are taken apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

_PAIR = re.compile(r"([a-z][a-z_-]*)=(.*)", re.DOTALL)
_YES = ("true", "yes", "on", "1", "")
BEHIND = "traindx.behind"
"""Key in `ctx.meta` for the words behind `--`."""


class Command(click.Command):
    """A command that takes `format=json` as well as `--format json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Translate, then parse as usual."""
        return super().parse_args(ctx, translate(args, self.params))


class CommandBeforeCommand(Command):
    """A command that ends in `-- ANOTHER COMMAND`, whose words are left alone and given as `ctx.meta[BEHIND]`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Cut the other command off, then parse what stands before it."""
        cut = args.index("--") if "--" in args else len(args)
        ctx.meta[BEHIND] = tuple(args[cut + 1 :])
        return super().parse_args(ctx, args[:cut])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line, with the other command at its end."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


def translate(words: Sequence[str], parameters: Sequence[click.Parameter]) -> list[str]:
    """`key=value` to `--key=value`, or to the value alone where `key` is what the command is about (`data=`); a flag's `=true`
    to the flag alone. A word that names an existing file stays."""
    subjects = {p.name for p in parameters if isinstance(p, click.Argument)}
    flags = {name for p in parameters if isinstance(p, click.Option) and p.is_flag for name in p.opts}
    out: list[str] = []
    for word in words:
        pair = _PAIR.fullmatch(word)
        if pair is None or (out and _awaits_value(out[-1], parameters)) or Path(word).exists():
            out.append(word)
            continue
        option, value = "--" + pair[1].replace("_", "-"), pair[2]
        if pair[1] in subjects:
            out.append(value)
        elif option not in flags:
            out.append(f"{option}={value}")
        elif value.lower() in _YES:
            out.append(option)
    return out


def _awaits_value(word: str, parameters: Sequence[click.Parameter]) -> bool:
    return any(isinstance(p, click.Option) and not p.is_flag and word in p.opts for p in parameters)
