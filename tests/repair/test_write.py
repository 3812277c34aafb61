"""Writing repairs: copies, in place, what is refused, and that a failure leaves everything as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, tree_hash, write
from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.in_place import write_in_place
from traindx.repair.log import LOG
from traindx.repair.plan import plan
from traindx.repair.write import write_copy
from traindx.scan import scan

GOOD = "1 0.5 0.5 0.25 0.25\n"


@pytest.fixture
def faulty(tmp_path: Path) -> Dataset:
    clean = {f"{s}/{n}": f"{n % 3} 0.4 0.4 0.2 0.3\n" for s in ("train", "val") for n in range(6)}
    data = dataset(tmp_path / "set", {**clean, "train/x": GOOD + GOOD, "val/y": GOOD + "99 0.2 0.2 0.1 0.1\n"})
    write(tmp_path / "set/labels/train.cache", b"old")
    return scan(data)


def test_a_copy_has_linked_pictures_repaired_labels_and_a_log_and_the_source_stays(
    faulty: Dataset, tmp_path: Path
) -> None:
    before = tree_hash(tmp_path / "set")
    data = write_copy(faulty, plan(faulty, unsafe=True), tmp_path / "copy")
    assert data == tmp_path / "copy/data.yaml"
    assert (tmp_path / "copy/images/train/x.jpg").is_symlink()
    assert (tmp_path / "copy/labels/train/x.txt").read_text() == GOOD
    assert not list((tmp_path / "copy").rglob("*.cache"))
    log = [json.loads(line) for line in (tmp_path / "copy" / LOG).read_text().splitlines()]
    assert log[0] == {
        "path": "labels/train/x.txt",
        "line": 2,
        "before": GOOD.strip(),
        "after": None,
        "codes": ["D209"],
        "safe": True,
    }
    assert [entry["safe"] for entry in log] == [True, False]
    assert scan(data).root == str(tmp_path / "copy") and len(scan(data).images) == len(faulty.images)
    assert tree_hash(tmp_path / "set") == before


@pytest.mark.parametrize(
    ("place", "said"),
    [("set/copy", "lies in the dataset"), (".", "holds it"), ("full", "is not empty"), ("file", "no folder")],
)
def test_a_copy_is_refused_where_it_would_harm(place: str, said: str, faulty: Dataset, tmp_path: Path) -> None:
    write(tmp_path / "full/other.txt", "kept")
    write(tmp_path / "file", "kept")
    before = tree_hash(tmp_path)
    with pytest.raises(TraindxError, match=said):
        write_copy(faulty, plan(faulty), tmp_path / place)
    assert tree_hash(tmp_path) == before


def test_subfolders_are_kept_and_labels_found_elsewhere_move_in(tmp_path: Path) -> None:
    data = dataset(
        tmp_path / "set", {f"{s}/{sub}/{n}": None for s in ("train", "val") for sub in "ab" for n in range(3)}
    )
    for s in ("train", "val"):
        for sub in "ab":
            for n in range(3):
                write(tmp_path / f"set/annotations/{s}/{sub}{n}/{n}.txt", GOOD)
    seen = scan(data)
    planned = plan(seen, unsafe=True)
    copied = scan(write_copy(seen, planned, tmp_path / "copy"))
    assert len(planned.found) == len(copied.boxes) == 12
    assert "images/train/a/0.jpg" in set(copied.images.path)


def test_in_place_keeps_the_old_files_beside_the_root(faulty: Dataset, tmp_path: Path) -> None:
    old = (tmp_path / "set/labels/train/x.txt").read_bytes()
    (tmp_path / "set/labels/train/x.txt").chmod(0o640)
    others = tree_hash(tmp_path / "set/labels/val")
    backup = write_in_place(faulty, plan(faulty))
    assert backup.parent == tmp_path and backup.name.startswith("set-before-fix-")
    assert (backup / "labels/train/x.txt").read_bytes() == old and (backup / LOG).exists()
    assert (tmp_path / "set/labels/train/x.txt").read_text() == GOOD
    assert (tmp_path / "set/labels/train/x.txt").stat().st_mode & 0o777 == 0o640
    assert tree_hash(tmp_path / "set/labels/val") == others
    assert not list((tmp_path / "set").rglob(".traindx-*"))


def test_a_linked_label_is_not_changed_in_place(faulty: Dataset, tmp_path: Path) -> None:
    label = tmp_path / "set/labels/train/x.txt"
    elsewhere = write(tmp_path / "elsewhere/x.txt", label.read_bytes())
    label.unlink()
    label.symlink_to(elsewhere)
    before = tree_hash(tmp_path)
    with pytest.raises(TraindxError, match="is a link"):
        write_in_place(faulty, plan(faulty))
    assert tree_hash(tmp_path) == before


def test_a_linked_folder_of_labels_is_not_changed_in_place(faulty: Dataset, tmp_path: Path) -> None:
    (tmp_path / "set/labels").rename(tmp_path / "elsewhere")
    (tmp_path / "set/labels").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TraindxError, match="is a link"):
        write_in_place(faulty, plan(faulty))


_FULL = """
import signal, resource, sys
from traindx.scan import scan
from traindx.repair.plan import plan
from traindx.repair.in_place import write_in_place
from traindx.repair.write import write_copy
from pathlib import Path
seen = scan(sys.argv[1])
planned = plan(seen, unsafe=True)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    write_in_place(seen, planned) if sys.argv[2] == "place" else write_copy(seen, planned, Path(sys.argv[2]))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("way", ["place", "copy"])
def test_what_cannot_be_written_whole_is_not_written_at_all(way: str, faulty: Dataset, tmp_path: Path) -> None:
    write(
        tmp_path / "set/labels/val/5.txt",
        "".join(f"2 0.5 0.{n} 0.1 0.1\n" for n in range(100, 400)) + "99 0.5 0.5 0.1 0.1\n",
    )
    before = _contents(tmp_path)
    words = [sys.executable, "-c", _FULL, str(tmp_path / "set"), way if way == "place" else str(tmp_path / "copy")]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stdout.startswith("TraindxError") and "File too large" in done.stdout, done.stderr
    assert _contents(tmp_path) == before


def _contents(root: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def test_a_copy_among_pictures_outside_of_the_root_is_refused(tmp_path: Path) -> None:
    dataset(tmp_path / "set", {f"{s}/{n}": GOOD + GOOD for s in ("train", "val") for n in range(3)})
    data = write(tmp_path / "set/conf/data.yaml", "train: ../images/train\nval: ../images/val\nnames: [a, b]\n")
    seen = scan(data)
    assert seen.root.endswith("conf")
    for place in ("images/train/copy", "labels/val/copy"):
        with pytest.raises(TraindxError, match="the dataset has files there"):
            write_copy(seen, plan(seen), tmp_path / "set" / place)


def test_equal_names_from_several_folders_all_come_into_a_copy(tmp_path: Path) -> None:
    dataset(tmp_path / "set", {f"{part}/{n}": GOOD for part in "ab" for n in range(2)} | {"c/0_1": GOOD, "c/0": GOOD})
    listed = [f"{tmp_path}/set/images/{name}.jpg" for name in ("a/0", "b/0", "c/0", "c/0_1", "a/1", "b/1")]
    write(tmp_path / "set/train.txt", "\n".join(listed) + "\n")
    data = write(tmp_path / "set/data.yaml", "train: train.txt\nval: train.txt\nnames: [a, b, c]\n")
    seen = scan(data)
    again = scan(write_copy(seen, plan(seen), tmp_path / "copy"))
    assert sorted(again.images.content.tolist()) == sorted(seen.images.content.tolist())
