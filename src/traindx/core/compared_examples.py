"""Two small annotations of the same pictures, for the examples in check files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from traindx.core.agreement import agreement_of
from traindx.core.check import Facts
from traindx.core.small_dataset import dataset_of

PICTURES, EACH = 6, 2


def compared_cells(
    *, lacking: Collection[int] = (), renamed: Collection[int] = (), shifted: Collection[int] = (), only_a: int = 0
) -> Facts:
    """12 cells in 6 pictures; B lacks some, gives some the other class, has some 4/5 of their width away."""
    images = [{"path": f"images/{i}.jpg"} for i in range(PICTURES)]
    a: list[dict[str, Any]] = []
    b: list[dict[str, Any]] = []
    for n in range(PICTURES * EACH):
        box = {"image": n // EACH, "line": n % EACH + 1, "x": 0.25 + 0.5 * (n % EACH), "class_id": n % 2}
        a.append(box)
        if n not in lacking:
            b.append({**box, "x": box["x"] + 0.12 * (n in shifted), "class_id": (n % 2) ^ (n in renamed)})
    more = [{"path": f"more/x{i}.jpg"} for i in range(only_a)]
    first = dataset_of([*images, *more], a, names=("round", "flat"), root="/a")
    return {"agreement": agreement_of(first, dataset_of(images, b, names=("Round", "flat"), root="/b"))}
