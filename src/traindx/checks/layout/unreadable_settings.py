"""D426: the file that describes the dataset cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D426", level="error")
def unreadable_settings(dataset: Dataset) -> Iterator[Finding | Measured]:
    """The data.yaml is no valid yaml, is empty, or holds no keys.

    Nothing else of such a dataset can be looked at, and `traindx check` ends with status 2. A json that breaks off is
    `malformed-entry`.

    ## Why is this bad?
    The training stops while it reads the file, with an error of the yaml reader.

    ## How to fix
    Correct the line named: most often a tab, a bracket that is not closed, a colon without a blank, or wrong indentation.
    """
    found = of_kind(dataset, "unreadable")
    yield Measured("settings that cannot be read", len(found), "0")
    yield from oddity_findings(found, lambda odd: odd.text)


@unreadable_settings.fires_on
def a_bracket_that_is_not_closed() -> Facts:
    odd = Oddity("data.yaml", "unreadable", "is no valid yaml, line 3: expected ',' or ']', but got ':'", line=3)
    return {"dataset": dataset_of([], oddities=(odd,))}


@unreadable_settings.quiet_on
def settings_that_were_read() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
