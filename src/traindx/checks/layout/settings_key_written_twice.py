"""D413: a key of the settings that is written twice with different values."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D413", level="error")
def settings_key_written_twice(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A key of the data.yaml, other than names and nc, is written twice with different values.

    ## Why is this bad?
    Readers of yaml take the last one without a word: a path that you read in the file is not the one used.

    ## How to fix
    Delete the line that is not meant.
    """
    if dataset.format != "yolo":
        return
    odd = [oddity for oddity in of_kind(dataset, "yaml") if not oddity.text.startswith(("`names", "`nc"))]
    yield Measured("keys written twice with different values", len(odd), "0")
    yield from oddity_findings(odd, lambda o: o.text)


@settings_key_written_twice.fires_on
def val_twice() -> Facts:
    odd = Oddity("data.yaml", "yaml", "`val` is written twice: line 3 says 'a', line 4 says 'b', which counts", line=4)
    return {"dataset": dataset_of([{"path": "a.jpg"}], oddities=(odd,))}


@settings_key_written_twice.quiet_on
def every_key_once() -> Facts:
    return {"dataset": dataset_of([{"path": "a.jpg"}])}
