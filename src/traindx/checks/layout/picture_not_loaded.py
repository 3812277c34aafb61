"""D406: a picture that no loader takes."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.dataset import Dataset, Oddity
from traindx.core.finding import Finding, Measured
from traindx.core.oddities import oddity_findings, of_kind
from traindx.core.small_dataset import dataset_of


@check("D406", level="error")
def picture_not_loaded(dataset: Dataset) -> Iterator[Finding | Measured]:
    """A file is a picture by its first bytes and is left out: its suffix is no picture's.

    ## Why is this bad?
    Loaders choose files by their suffix and say nothing of the others: a GIF, a picture without a suffix or with `.jpg.1`
    is dropped without a word, and its label with it.

    ## How to fix
    Give it the suffix of its format (jpg, png, bmp, tif, webp), or convert it to one of these; or delete it.
    """
    odd = of_kind(dataset, "skipped-file")
    yield Measured("pictures that loaders leave out", len(odd), "0")
    yield from oddity_findings(odd, lambda o: f"picture left out without a word: {o.text}", pictures=True)


@picture_not_loaded.fires_on
def a_gif() -> Facts:
    odd = Oddity("train/cat/b.gif", "skipped-file", "GIF, and its suffix is .gif", "train")
    return {"dataset": dataset_of([{"path": "train/cat/a.jpg"}], task="classify", oddities=(odd,))}


@picture_not_loaded.quiet_on
def a_jpeg() -> Facts:
    return {"dataset": dataset_of([{"path": "train/cat/a.JPG"}], task="classify")}
