"""Findings about whole pictures: each picture while they are few, one per split when they are many; and their quirks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from traindx.core.dataset import Dataset, Floats
from traindx.core.finding import Evidence, Finding, Picture, Place
from traindx.core.row_findings import EVERY_ROW, PICTURES


def picture_findings(
    dataset: Dataset,
    wrong: Iterable[int],
    message: Callable[[int], str],
    *,
    evidence: Callable[[int], tuple[Evidence, ...]] = lambda _: (),
) -> Iterator[Finding]:
    """Findings for the pictures at `wrong`, by path, a file that stands in two splits once; the first show the picture."""
    images = dataset.images
    first = {str(images.path[i]): int(i) for i in reversed(list(wrong))}
    chosen = [first[path] for path in sorted(first)]
    heads = chosen
    if len(chosen) > EVERY_ROW:
        heads = list({str(images.split[i]): i for i in reversed(chosen)}.values())[::-1]
    for n, i in enumerate(heads):
        same = sum(bool(images.split[k] == images.split[i]) for k in chosen) - 1 if len(chosen) > EVERY_ROW else 0
        more = f" (and {same:,} more such pictures in {images.split[i]})" if same else ""
        path = str(images.path[i])
        shown = (Picture(dataset.absolute(path), (), path),) if n < PICTURES and images.width[i] else ()
        yield Finding(Place(image=path), message(i) + more, evidence(i) + shown)


def quirk(dataset: Dataset, word: str) -> Floats:
    """The number that `Images.quirks` gives for a word, of each picture; 0 where it gives none."""
    found = np.zeros(len(dataset.images))
    for i in np.flatnonzero(dataset.images.quirks != ""):
        for said in str(dataset.images.quirks[i]).split():
            name, _, value = said.partition("=")
            if name == word:
                found[i] = float(value)
    return found
