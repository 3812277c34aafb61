"""S148: the command overrides a setting that the configuration does not have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from traindx.checks.setup.example import configured
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured, Place
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("S148", level="error")
def override_of_nothing(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """A word of the command names an entry that Hydra's configuration does not have.

    ## Why is this bad?
    Hydra ends with `Could not override ... Key ... is not in struct`, before anything is trained.

    ## How to fix
    Write the name as the configuration has it, or `+name=value` where a new entry is meant.

    Said where every file that the configuration is made of was found and read.
    """
    require_not_begun(recording)
    found = setup.configured
    if found.kind != "hydra" or not found.whole:
        raise NotEnough("no configuration of Hydra was read as a whole")
    yield Measured("entries of the configuration", len(found.values))
    for text in found.refused:
        name = text.partition("=")[0]
        near = get_close_matches(name, [*found.values], n=1, cutoff=0.6)
        meant = f", should probably be {near[0]}" if near else f", should be +{text} for a new one"
        yield Finding(Place(setting=name), f"{text}: the configuration has no {name}{meant}")


@override_of_nothing.fires_on
def a_misspelt_optimizer() -> Facts:
    facts = configured({"model.optimizer.lr": 0.001})
    setup = facts["setup"]
    return {"setup": replace(setup, configured=replace(setup.configured, refused=("model.optimiser.lr=0.01",)))}


@override_of_nothing.quiet_on
def an_entry_that_is_there() -> Facts:
    return configured({"model.optimizer.lr": 0.001})
