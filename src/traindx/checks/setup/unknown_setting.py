"""S120: a setting that the trainer does not know."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from traindx.checks.setup.example import asking
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("S120", level="error")
def unknown_setting(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """A setting is asked of Ultralytics that the installed version does not know.

    ## Why is this bad?
    The training does not start: `get_cfg` compares every name with `default.yaml` and raises. Names differ between versions.

    ## How to fix
    Correct the spelling, or leave the setting out. The known names are those of `ultralytics/cfg/default.yaml` of the
    environment that the command starts; names of older versions that are still taken are not reported.
    """
    require_not_begun(recording)
    known = setup.library.defaults
    if setup.trainer != "ultralytics" or not known or not setup.asked:
        raise NotEnough("no settings of an installed Ultralytics were asked for")
    unknown = [name for name in setup.asked if name not in known and name not in setup.library.passed]
    yield Measured("settings that Ultralytics does not know", len(unknown), f"0 of {len(setup.asked)}")
    for name in unknown:
        near = get_close_matches(name, known, n=1)
        meant = f", should probably be {near[0]}" if near else ""
        text = f"{name}={setup.asked[name].value} is no setting of Ultralytics {setup.library.version}{meant}"
        yield Finding(setup.place(name), text, fix=f"write {near[0]}={setup.asked[name].value}" if near else None)


@unknown_setting.fires_on
def epoch_for_epochs() -> Facts:
    return asking(epoch=50, data="a.yaml")


@unknown_setting.quiet_on
def known_and_older_names() -> Facts:
    return asking(epochs=50, line_thickness=2, lr0=0.001)
