"""The options of `traindx run` about capsules, and what is done with one once the command has ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from traindx.cli.progress import tell
from traindx.core.capsule import open_capsule
from traindx.errors import TraindxError

DEFAULT_MIB = 512
SETTING = "TRAINDX_CAPSULE_MIB"


@dataclass(frozen=True)
class Capsules:
    """`budget` in MiB of memory and of disk, 0 for none; `replaying`: whether a bad step is done again at the end."""

    budget: float = DEFAULT_MIB
    replaying: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """The environment for the command: this process' own, with the budget."""
        return {**os.environ, SETTING: f"{self.budget:g}"}

    def after(self, home: Path) -> None:
        """The command has ended: replay the capsule in `home`, or say that there is one."""
        found = sorted(home.glob("capsule-*.safetensors"))
        if found and self.replaying:
            from traindx.trial.replay import replay

            try:
                replay(home, progress=tell)
            except TraindxError as error:
                click.echo(f"traindx: the bad step could not be done again: {error}", err=True)
        elif any(open_capsule(path).facts.get("what") in ("loss", "gradient") for path in found):
            click.echo(f"a bad step is kept; to see what made it bad: traindx replay {home}", err=True)


def capsule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--capsule-budget` and `--replay-on-anomaly`, given to the function as one `capsules`."""
    budget = click.option(
        "--capsule-budget",
        type=click.FloatRange(0.0),
        default=DEFAULT_MIB,
        show_default=True,
        metavar="MIB",
        help="Memory and disk for what is needed to do a bad step again; 0 keeps none.",
    )
    again = click.option(
        "--replay-on-anomaly", is_flag=True, help="Do a bad step again once the command has ended, and name its cause."
    )

    def wrapper(*args: Any, capsule_budget: float, replay_on_anomaly: bool, **kwargs: Any) -> Any:
        return function(*args, capsules=Capsules(capsule_budget, replay_on_anomaly), **kwargs)

    wrapper.__name__, wrapper.__doc__ = function.__name__, function.__doc__
    wrapper.__click_params__ = list(getattr(function, "__click_params__", ()))  # type: ignore[attr-defined]
    return budget(again(wrapper))
