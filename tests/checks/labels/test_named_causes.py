"""Each fault of a label alone in a clean set: the report names its cause, at its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.test_planted_faults import CLASSES, LABEL_FAULTS
from tests.scan.drawn import dataset
from traindx.examine import check

CAUSES = {
    "D203": "malformed-labels",
    "D204": "class-id-out-of-range",
    "D206": "pixel-coordinates",
    "D207": "box-outside-image",
    "D208": "degenerate-boxes",
    "D209": "duplicate-labels",
    "D210": "wrong-box-format",
    "D213": "box-outside-image",
    "D214": "malformed-labels",
    "D215": "degenerate-boxes",
    "D217": "duplicate-labels",
    "D218": "duplicate-labels",
}


@pytest.mark.parametrize("name", [n for n, (_, code, _) in LABEL_FAULTS.items() if code in CAUSES])
def test_a_single_fault_is_named_by_its_cause_and_place(name: str, tmp_path: Path) -> None:
    label, code, line = LABEL_FAULTS[name]
    clean = {
        f"{split}/{n}": f"{n % CLASSES} 0.4 0.4 0.2 0.3\n{(n + 1) % CLASSES} 0.{n % 9 + 1} 0.6 0.1 0.1\n"
        for split, count in (("train", 20), ("val", 10))
        for n in range(count)
    }
    names = ", ".join(f"c{n}" for n in range(CLASSES))
    file = dataset(
        tmp_path, {**clean, "train/x": label}, settings=f"train: images/train\nval: images/val\nnames: [{names}]\n"
    )
    report = check(file)
    named = {d.cause: d for d in report.diagnoses if d.status in ("proved", "consistent")}
    assert CAUSES[code] in named
    places = {(p.path, p.line) for p in named[CAUSES[code]].places}
    assert ("labels/train/x.txt", line) in places
    assert report.verdict == (
        "faulty" if any(o.level == "error" and o.status == "failed" for o in report.outcomes) else "healthy"
    )
