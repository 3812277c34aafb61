"""S143: a switch for trying out leaves most of the training out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.checks.setup.example import asking, call, calling
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.setup import Setup

BATCHES = ("limit_train_batches", "overfit_batches")
"""Of Lightning: a share as a float, a number of batches as an int."""


@check("S143", level="warning")
def most_left_out_to_try(
    setup: Setup, *, share: float = 0.05, batches: int = 10, epochs: int = 10
) -> Iterator[Finding | Measured]:
    """`fast_dev_run`, `limit_train_batches`, `overfit_batches` or `fraction` is left from a trial, in a training of many epochs.

    ## Why is this bad?
    The trainer does as it is told: one batch, or a hundredth of the pictures in each epoch. The training ends at once, or learns
    a handful of pictures by heart and does not validate.

    ## How to fix
    Take the switch out for the real training: `Trainer(max_epochs=50)`.

    Said where at least `epochs` epochs are asked for, which nobody asks of a trial; of a share up to `share`, or up to
    `batches` batches. All three are guesses.
    """
    found = list(_switches(setup))
    if not found:
        raise NotEnough("no switch of Lightning or Ultralytics for trying out is set")
    for name, value, asked, place in found:
        few = value is True or 0 < value <= (share if isinstance(value, float) and value <= 1 else batches)
        yield Measured(name, value, f"over {share:g} of the set, or over {batches} batches")
        if few and asked >= epochs:
            what = "one batch, and no more" if value is True else _of(value)
            yield Finding(place, f"{name}={value} in a training of {asked:g} epochs: {what}")


def _of(value: float) -> str:
    return f"{value:.2%} of the training set" if isinstance(value, float) else f"{value} batches an epoch"


def _switches(setup: Setup) -> Iterator[tuple[str, Any, float, Place]]:
    """The switches that are set, with the epochs that are asked for and where they stand."""
    for built in setup.text.called("Trainer"):
        asked = built.get("max_epochs")
        for name in ("fast_dev_run", *BATCHES):
            value = built.get(name)
            if _is_set(value) and isinstance(asked, int):
                yield name, value, asked, setup.text.place(built, name, name)
    held = {name: _plain(value) for name, value in setup.settings.items() if name.startswith("trainer.")}
    asked = held.get("trainer.max_epochs")
    for name in ("fast_dev_run", *BATCHES):
        value = held.get(f"trainer.{name}")
        if _is_set(value) and isinstance(asked, int):
            yield name, value, asked, Place(setting=f"--trainer.{name}")
    fraction, asked = setup.number("fraction"), setup.number("epochs")
    if setup.trainer == "ultralytics" and "fraction" in setup.asked and fraction and asked:
        yield "fraction", float(fraction), asked, setup.place("fraction")


def _plain(value: Any) -> Any:
    """A word of the command line as the value that Lightning takes it for."""
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    try:
        return float(value) if "." in str(value) else int(value)
    except ValueError:
        return value


def _is_set(value: Any) -> bool:
    return value is True or (isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0)


@most_left_out_to_try.fires_on
def one_batch_of_fifty_epochs() -> Facts:
    return calling(call("L.Trainer", max_epochs=50, fast_dev_run=True))


@most_left_out_to_try.fires_on
def a_hundredth_of_the_pictures() -> Facts:
    return asking(fraction=0.01, epochs=100)


@most_left_out_to_try.quiet_on
def a_trial_of_one_epoch() -> Facts:
    return calling(call("pl.Trainer", max_epochs=1, limit_train_batches=5))


@most_left_out_to_try.quiet_on
def epochs_of_a_thousand_batches() -> Facts:
    return calling(call("pl.Trainer", max_epochs=90, limit_train_batches=1000, limit_val_batches=10))


@most_left_out_to_try.quiet_on
def half_of_the_pictures() -> Facts:
    return asking(fraction=0.5, epochs=100)
