"""Repairs in place by several runs at once, interrupted, killed, gone on with and undone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.scan.drawn import dataset, write
from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.alone import alone, stops_held
from traindx.repair.in_place import REST, _put, finish, unfinished, write_in_place
from traindx.repair.log import LOG
from traindx.repair.plan import plan
from traindx.scan import scan

ROW = "1 0.5 0.5 0.25 0.25\n"
FILES = 6


@pytest.fixture
def seen(tmp_path: Path) -> Dataset:
    return scan(dataset(tmp_path / "set", {f"train/{n}": ROW + ROW for n in range(FILES)}))


def _changed(root: Path) -> int:
    return sum(file.read_text() == ROW for file in root.glob("labels/*/*.txt"))


_WATCHED = """
import os, sys
from pathlib import Path
from traindx.cli import main
root, event, at, act = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
seen = []
def watch(name, args):
    if name == event and "before-fix" in str(args[0]):
        seen.append(name)
        if len(seen) == at:
            exec(act)
sys.addaudithook(watch)
main(["check", str(root), "--fix", "--in-place"])
"""


def _watched(seen: Dataset, event: str, at: int, act: str) -> subprocess.CompletedProcess[str]:
    """A run in which something happens just before the backup's folder has an event of this kind for the time `at`."""
    words = [sys.executable, "-c", _WATCHED, seen.root, event, str(at), act]
    return subprocess.run(words, capture_output=True, text=True)


def _stopped(seen: Dataset, number: int) -> subprocess.CompletedProcess[str]:
    """A run that gets a signal when two files are renamed."""
    return _watched(seen, "os.rename", 3, f"os.kill(os.getpid(), {int(number)})")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_repair_is_gone_on_with(number: int, seen: Dataset, tmp_path: Path) -> None:
    done = _stopped(seen, number)
    root = Path(seen.root)
    files = 2 if number == signal.SIGKILL else 3
    (backup,) = tmp_path.glob("set-before-fix-*")
    assert _changed(root) == files and not list(root.rglob(".traindx*"))
    assert all((backup / f"labels/train/{n}.txt").read_text() == ROW + ROW for n in range(FILES))
    if number != signal.SIGKILL:
        assert done.returncode == 130 and "\n" not in done.stderr.strip()
        assert f"{files} of {FILES} files are changed, the old ones are in {backup}" in done.stderr
    again = [sys.executable, "-c", "from traindx.cli import main; main()", "check", str(root), "--fix"]
    refused = subprocess.run([*again, "--diff"], capture_output=True, text=True)
    assert refused.returncode == 2 and "was interrupted" in refused.stderr
    assert (
        f"changed the other {FILES - files} files"
        in subprocess.run([*again, "--in-place"], capture_output=True, text=True).stdout
    )
    assert _changed(root) == FILES and unfinished(root) is None and not (backup / REST).exists()
    assert not plan(scan(root)).files


def test_half_a_shift_of_ids_is_finished_and_not_planned_anew(tmp_path: Path) -> None:
    rows = "1 0.4 0.4 0.2 0.3\n2 0.5 0.6 0.2 0.2\n3 0.3 0.6 0.2 0.2\n"
    seen = scan(dataset(tmp_path / "set", {f"{s}/{n}": rows for s in ("train", "val") for n in range(3)}))
    _stopped(seen, signal.SIGKILL)
    root, backup = Path(seen.root), unfinished(Path(seen.root))
    assert backup is not None and finish(root, backup) == 4
    assert {row.split()[0] for file in root.glob("labels/*/*.txt") for row in file.read_text().splitlines()} == set(
        "012"
    )


def test_an_interrupted_repair_that_was_undone_is_over(seen: Dataset) -> None:
    _stopped(seen, signal.SIGTERM)
    root = Path(seen.root)
    backup = unfinished(root)
    assert backup is not None
    for n in range(FILES):
        shutil.copy2(backup / f"labels/train/{n}.txt", root / "labels/train")
    assert unfinished(root) is None and _changed(root) == 0


def test_files_that_changed_since_are_not_written_over(seen: Dataset) -> None:
    _stopped(seen, signal.SIGKILL)
    root, other = Path(seen.root), Path(seen.root) / "labels/train/5.txt"
    backup = unfinished(root)
    assert backup is not None
    write(other, "2 0.5 0.5 0.1 0.1\n")
    with pytest.raises(TraindxError, match="it changed meanwhile"):
        finish(root, backup)
    assert other.read_text() == "2 0.5 0.5 0.1 0.1\n"


def test_a_signal_before_the_first_file_changes_nothing(seen: Dataset, tmp_path: Path) -> None:
    done = _watched(seen, "os.mkdir", 1, "os.kill(os.getpid(), 2)")
    assert done.returncode == 130 and done.stderr.strip() == "traindx: interrupted: nothing was changed"
    assert _changed(Path(seen.root)) == 0 and not list(tmp_path.glob("set-before-fix-*"))


def test_the_backup_of_another_run_in_the_same_second_stays(seen: Dataset, tmp_path: Path) -> None:
    now = time.time()
    names = [time.strftime("%Y%m%d-%H%M%S", time.localtime(now + k)) for k in range(60)]
    others = [write(tmp_path / f"set-before-fix-{name}/labels/train/0.txt", "precious") for name in names]
    backup = write_in_place(seen, plan(seen))
    assert backup.name.endswith("-2") and all(other.read_text() == "precious" for other in others)
    assert (backup / LOG).is_file() and _changed(Path(seen.root)) == FILES


def test_two_runs_at_once_are_refused(seen: Dataset, tmp_path: Path) -> None:
    with alone(Path(seen.root)), pytest.raises(TraindxError, match="another run is repairing"):
        write_in_place(seen, plan(seen))
    assert _changed(Path(seen.root)) == 0 and not list(tmp_path.glob("set-before-fix-*"))


def test_a_plan_from_before_another_repair_is_refused(seen: Dataset, tmp_path: Path) -> None:
    old = plan(seen)
    write_in_place(seen, old)
    with pytest.raises(TraindxError, match="is another"):
        write_in_place(seen, old)
    assert len(list(tmp_path.glob("set-before-fix-*"))) == 1 and _changed(Path(seen.root)) == FILES


def test_a_repair_that_fails_midway_is_undone(seen: Dataset, tmp_path: Path) -> None:
    done = _watched(seen, "os.rename", 3, "(root / 'labels/train/4.txt').write_text('2 0.5 0.5 0.1 0.1')")
    assert done.returncode == 2 and "4.txt cannot be written: it changed meanwhile" in done.stderr
    assert (Path(seen.root) / "labels/train/4.txt").read_text() == "2 0.5 0.5 0.1 0.1"
    assert _changed(Path(seen.root)) == 0 and not list(tmp_path.glob("set-before-fix-*"))


def test_a_backup_on_another_file_system_works_as_well(tmp_path: Path) -> None:
    target = write(tmp_path / "labels/0.txt", "old")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as far:
        file = write(Path(far) / "0.txt", "new")
        _put(file, target)
        assert target.read_text() == "new" and not file.exists()
    assert [path.name for path in target.parent.iterdir()] == ["0.txt"]


def test_signals_have_their_old_effect_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stops_held() as stops:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stops == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is before
