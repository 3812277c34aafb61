"""Plans of repairs on real files: what each fault becomes, what is safe, what stays byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.scan.drawn import HEIGHT, WIDTH, dataset, write
from traindx.core.edit import Edit
from traindx.errors import TraindxError
from traindx.examine import check
from traindx.repair.content import diff, new_content
from traindx.repair.plan import Plan, plan
from traindx.repair.write import write_copy
from traindx.scan import scan

GOOD = "1 0.5 0.5 0.25 0.25\n"

FAULTS: dict[str, tuple[bytes | str, str, str | None, bool]] = {
    "same-row": (GOOD + "0 0.2 0.2 0.1 0.1\n" + GOOD, "D209", None, True),
    "near": (GOOD + "1 0.501 0.5 0.25 0.25\n", "D217", None, False),
    "pixels": (f"1 {WIDTH / 2} {HEIGHT / 2} {WIDTH / 4} {HEIGHT / 4}\n", "D206", GOOD.strip(), True),
    "decimal-comma": ("1 0,5 0,5 0,25 0,25\n", "D203", GOOD.strip(), True),
    "commas": ("1,0.5,0.5,0.25,0.25\n", "D203", GOOD.strip(), True),
    "comment": ("1 0.5 0.5 0.25 0.25 # x\n", "D203", GOOD.strip(), True),
    "utf-16": (GOOD.encode("utf-16"), "D203", GOOD.strip(), True),
    "nul-tail": (GOOD.encode() + b"\x00" * 60, "D203", None, True),
    "confidence": ("1 0.5 0.5 0.25 0.25 0.9\n", "D203", GOOD.strip(), False),
    "four-fields": (GOOD + "1 0.5 0.5 0.25\n", "D203", None, False),
    "zero-width": (GOOD + "0 0.2 0.2 0 0.1\n", "D208", None, False),
    "nan": (GOOD + "0 nan 0.2 0.1 0.1\n", "D208", None, False),
    "id-99": (GOOD + "99 0.2 0.2 0.1 0.1\n", "D204", None, False),
    "rounding": ("1 1.004 0.5 0.2 0.2\n", "D213", "1 0.952 0.5 0.096 0.2", True),
    "overhang": ("1 0.9 0.5 0.4 0.2\n", "D207", "1 0.85 0.5 0.3 0.2", False),
    "outside": (GOOD + "1 1.5 0.5 0.2 0.2\n", "D213", None, False),
    "sub-pixel": (GOOD + "0 0.2 0.2 0.001 0.001\n", "D215", None, False),
}


def _one(root: Path, label: bytes | str) -> Path:
    clean = {f"{s}/{n}": f"{n % 3} 0.4 0.4 0.2 0.3\n" for s in ("train", "val") for n in range(12)}
    return dataset(root, {**clean, "train/x": label})


def _failed(data: Path) -> set[str]:
    outcomes = check(data).outcomes
    assert not [o.reason for o in outcomes if o.status == "crashed"]
    return {o.code for o in outcomes if o.status == "failed" and o.code.startswith("D2") and o.code != "D222"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_repaired_and_a_second_check_does_not_see_it(name: str, tmp_path: Path) -> None:
    label, code, after, safe = FAULTS[name]
    data = _one(tmp_path / "set", label)
    seen = scan(data)
    planned = plan(seen, unsafe=True)
    (edit,) = planned.edits
    assert (edit.path, edit.after, edit.codes, edit.safe) == ("labels/train/x.txt", after, (code,), safe)
    assert bool(plan(seen).edits) is safe
    assert any(diff(seen, planned))
    assert _failed(write_copy(seen, planned, tmp_path / "copy")) == set()


def test_rows_without_a_fault_stay_byte_for_byte() -> None:
    data = b"\xef\xbb\xbf1  0.50 0.5\t0.25 0.25 \r\n\r\n9 0.1 0.1 0.1 0.1\r\n0 5e-1 0.5 0.2 .2"
    edits = [Edit("a.txt", 3, "9 0.1 0.1 0.1 0.1", None, ("D204",), False)]
    assert new_content("a.txt", data, edits) == b"\xef\xbb\xbf1  0.50 0.5\t0.25 0.25 \r\n\r\n0 5e-1 0.5 0.2 .2"
    edits = [Edit("a.txt", 3, "9 0.1 0.1 0.1 0.1", "2 0.1 0.1 0.1 0.1", ("D205",), True)]
    assert new_content("a.txt", data, edits) == data.replace(b"9 0.1", b"2 0.1")


def _random(root: Path, change: str) -> Path:
    rng = np.random.default_rng(3)
    labels: dict[str, bytes | str | None] = {}
    for n in range(30):
        x, y, w, h = (rng.uniform(*span, 5) for span in ((0.2, 0.8), (0.2, 0.8), (0.1, 0.4), (0.1, 0.4)))
        ids = np.arange(5) % 3 + (change == "ids" or (change == "val ids" and n >= 20))
        box = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2] if change == "corners" else [x, y, w, h], axis=1)
        rows = [f"{ids[k]} " + " ".join(f"{v:.6f}" for v in box[k]) for k in range(5)]
        labels[f"{'train' if n < 20 else 'val'}/{n}"] = "\n".join(rows) + "\n"
    return dataset(root, labels)


@pytest.mark.parametrize(
    ("change", "code", "safe"), [("ids", "D205", True), ("val ids", "D216", True), ("corners", "D210", False)]
)
def test_a_fault_of_the_whole_set_or_a_split_is_repaired(change: str, code: str, safe: bool, tmp_path: Path) -> None:
    wrong, right = scan(_random(tmp_path / "wrong", change)), scan(_random(tmp_path / "right", ""))
    planned = plan(wrong, unsafe=True, select=[code])
    assert planned.edits and all(edit.codes == (code,) and edit.safe is safe for edit in planned.edits)
    again = scan(write_copy(wrong, planned, tmp_path / "copy"))
    np.testing.assert_array_equal(again.boxes.class_id, right.boxes.class_id)
    for side in ("x", "y", "w", "h"):
        np.testing.assert_allclose(getattr(again.boxes, side), getattr(right.boxes, side), atol=2e-6)


def test_several_faults_of_one_row_become_one_edit(tmp_path: Path) -> None:
    data = _one(tmp_path, f"{GOOD}1 {WIDTH} 60,0 40 30 # at the edge\n")
    (edit,) = plan(scan(data), unsafe=True).edits
    assert edit.codes == ("D203", "D206", "D207") and not edit.safe
    assert edit.after == "1 0.9375 0.5 0.125 0.25"


def test_select_chooses_repairs_by_code(tmp_path: Path) -> None:
    seen = scan(_one(tmp_path, GOOD + GOOD + "99 0.2 0.2 0.1 0.1\n"))
    assert [e.codes for e in plan(seen, unsafe=True, select=["D204"]).edits] == [("D204",)]
    assert [e.codes for e in plan(seen, unsafe=True, ignore=["D204"]).edits] == [("D209",)]
    assert [e.line for e in plan(seen, unsafe=True, only={("labels/train/x.txt", 2)}).edits] == [2]


def test_polygons_keep_their_points_and_get_their_ids(tmp_path: Path) -> None:
    rows = "".join(f"{k} 0.1 0.1 0.4 0.1 0.4 0.5 0.2 0.7 0.{k}5 0.6\n" for k in (1, 2, 3))
    seen = scan(dataset(tmp_path, {f"{s}/{n}": rows for s in ("train", "val") for n in range(5)}))
    planned = plan(seen)
    assert len(planned.edits) == 30 and planned.edits[0].after == "0 0.1 0.1 0.4 0.1 0.4 0.5 0.2 0.7 0.15 0.6"


def test_a_sound_set_needs_no_repair(tmp_path: Path) -> None:
    assert plan(scan(_one(tmp_path, GOOD)), unsafe=True) == Plan()


def test_a_label_shared_by_two_pictures_is_repaired_once(tmp_path: Path) -> None:
    data = _one(tmp_path, GOOD + "99 0.2 0.2 0.1 0.1\n")
    write(tmp_path / "images/train/x.png", (tmp_path / "images/train/0.jpg").read_bytes())
    assert len(plan(scan(data), unsafe=True).edits) == 1


def test_damaged_pictures_are_left_out_and_missing_ones_are_none(tmp_path: Path) -> None:
    data = _one(tmp_path / "set", GOOD)
    write(tmp_path / "set/images/train/3.jpg", b"no picture")
    (tmp_path / "set/images/train/4.jpg").unlink()
    (tmp_path / "set/images/train/4.jpg").symlink_to(tmp_path / "nowhere.jpg")
    seen = scan(data)
    planned = plan(seen, unsafe=True)
    assert [str(seen.images.path[i]) for i in planned.left_out] == ["images/train/3.jpg"]
    copied = scan(write_copy(seen, planned, tmp_path / "copy"))
    assert len(copied.images) == len(seen.images) - 2 and not (tmp_path / "copy/labels/train/3.txt").exists()


def test_a_stray_id_does_not_shift_a_set_that_lacks_its_first_class(tmp_path: Path) -> None:
    labels: dict[str, bytes | str | None] = {
        f"{s}/{n}": "1 0.4 0.4 0.2 0.3\n2 0.5 0.6 0.2 0.2\n" for s in ("train", "val") for n in range(20)
    }
    for strays in range(1, 3):
        labels[f"train/{strays}"] = "1 0.4 0.4 0.2 0.3\n3 0.5 0.6 0.2 0.2\n"
        seen = scan(dataset(tmp_path / str(strays), labels))
        assert plan(seen) == Plan()
        assert [edit.codes for edit in plan(seen, unsafe=True).edits] == [("D204",)] * strays


def test_a_rare_last_class_counts_from_one(tmp_path: Path) -> None:
    labels: dict[str, bytes | str | None] = {f"train/{n}": "1 0.4 0.4 0.2 0.3\n2 0.5 0.6 0.2 0.2\n" for n in range(30)}
    labels |= {f"val/{n}": "1 0.4 0.4 0.2 0.3\n3 0.5 0.6 0.2 0.2\n" for n in range(4)}
    assert {edit.codes for edit in plan(scan(dataset(tmp_path, labels))).edits} == {("D205",)}


def test_corners_in_pixels_are_not_safely_divided(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    labels: dict[str, bytes | str | None] = {}
    for n in range(30):
        x, y = rng.uniform(2, 80, 4), rng.uniform(2, 60, 4)
        w, h = rng.uniform(20, 70, 4), rng.uniform(20, 50, 4)
        rows = [f"{k % 3} {x[k]:.1f} {y[k]:.1f} {x[k] + w[k]:.1f} {y[k] + h[k]:.1f}" for k in range(4)]
        labels[f"{'train' if n < 20 else 'val'}/{n}"] = "\n".join(rows) + "\n"
    seen = scan(dataset(tmp_path, labels))
    assert plan(seen) == Plan() and {e.codes[:2] for e in plan(seen, unsafe=True).edits} == {("D206", "D210")}


def test_edits_of_a_file_that_changed_meanwhile_are_refused() -> None:
    edit = Edit("a.txt", 2, "9 0.1 0.1 0.1 0.1", None, ("D204",), False)
    for data in (b"0 0.1 0.1 0.1 0.1\n8 0.1 0.1 0.1 0.1\n", b"0 0.1 0.1 0.1 0.1"):
        with pytest.raises(TraindxError, match=r"line 2 of a\.txt is another"):
            new_content("a.txt", data, [edit])
