"""Objects of small sets are looked at without being asked for: what their looks say of the labels as a whole."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.scan.drawn import write
from traindx.examine import check
from traindx.scan import ScanOptions

NAMES = ("ant", "bee", "fly")


def _set(root: Path, *, exchanged: float) -> Path:
    """270 pictures of three classes, one colour each, in noise; a part has the label of another class."""
    rng = np.random.default_rng(3)
    for n in range(270):
        kind = n % 3
        label = (kind + int(rng.integers(1, 3))) % 3 if rng.random() < exchanged else kind
        pixels = rng.integers(0, 90, (40, 40, 3))
        pixels[rng.integers(0, 12) :, :, kind] += 120
        data = BytesIO()
        Image.fromarray(pixels.astype(np.uint8)).save(data, "PNG")
        write(root / ("val" if n % 10 == 0 else "train") / NAMES[label] / f"{n:03}.png", data.getvalue())
    return root


@pytest.mark.parametrize(("exchanged", "verdict", "status"), [(0.25, "unclear", "failed"), (0.0, "healthy", "passed")])
def test_labels_exchanged_at_random_are_told_and_right_ones_are_not(
    exchanged: float, verdict: str, status: str, tmp_path: Path
) -> None:
    report = check(_set(tmp_path / "set", exchanged=exchanged), scanning=ScanOptions(cache=False))
    by_code = {o.code: o for o in report.outcomes}
    assert by_code["D520"].status == status and by_code["D502"].status == "skipped"
    assert report.verdict == verdict, report.meta["sentence"]
    if exchanged:
        assert report.diagnoses[0].cause == "label-noise"
