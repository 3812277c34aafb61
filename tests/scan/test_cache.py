"""What was measured of pictures is kept, whatever happens to the scan, and never believed when it should not be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from tests.scan.drawn import dataset, jpeg, tree_hash, write
from traindx.core.dataset import Dataset, Images, Pictures
from traindx.scan import cache, scan
from traindx.scan import measuring as measuring
from traindx.scan.measure import measure

ROW = "0 0.5 0.5 0.2 0.2\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRAINDX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return dataset(tmp_path / "set", {f"{split}/{n}": ROW for split in ("train", "val") for n in range(40)})


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were really measured."""
    paths: list[str] = []

    def watched(shard: list[str]) -> Pictures:
        paths.extend(shard)
        return measure(shard)

    monkeypatch.setattr(measuring, "measure", watched)
    return paths


def files(home: Path) -> list[Path]:
    return [file for file in home.rglob("*") if file.is_file()]


def assert_equal(one: Dataset, other: Dataset) -> None:
    for column in fields(Images):
        a, b = getattr(one.images, column.name), getattr(other.images, column.name)
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype


def test_an_unchanged_set_is_not_measured_again(home: Path, data: Path, seen: list[str]) -> None:
    first = scan(data)
    assert len(seen) == 80 and len(files(home)) == 1
    assert_equal(scan(data), first)
    assert len(seen) == 80 and len(files(home)) == 1


def test_only_changed_pictures_are_measured_again_and_the_result_is_that_of_a_fresh_scan(
    home: Path, data: Path, seen: list[str]
) -> None:
    scan(data)
    seen.clear()
    root = data.parent / "images"
    write(root / "train/3.jpg", jpeg(3)[:900])
    write(root / "val/new.jpg", jpeg(99))
    (root / "val/7.jpg").unlink()
    os.utime(root / "train/5.jpg", ns=(1, 1))
    again = scan(data)
    assert sorted(Path(path).name for path in seen) == ["3.jpg", "5.jpg", "new.jpg"]
    assert_equal(again, scan(data, measuring_without_cache()))
    assert (again.images.damage != "").sum() == 1
    assert len(files(home)) == 1


def measuring_without_cache() -> object:
    from traindx.scan import ScanOptions

    return ScanOptions(cache=False)


def test_a_picture_that_could_not_be_read_is_tried_again(home: Path, data: Path, seen: list[str]) -> None:
    link = data.parent / "images/train/x.jpg"
    link.symlink_to("nowhere.jpg")
    assert "broken link" in scan(data).images.damage.tolist()[-41]
    seen.clear()
    scan(data)
    assert seen == [str(link)]


@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "empty"])
def test_a_damaged_cache_is_as_if_it_were_not_there_and_is_replaced(
    home: Path, data: Path, seen: list[str], harm: str
) -> None:
    first = scan(data)
    (file,) = files(home)
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 3] ^= 255
    file.write_bytes({"cut": bytes(whole[:500]), "flipped": bytes(whole), "text": b"no table", "empty": b""}[harm])
    assert_equal(scan(data), first)
    assert len(seen) == 160
    assert_equal(scan(data), first)
    assert len(seen) == 160 and len(files(home)) == 1


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path, data: Path, seen: list[str]) -> None:
    blocked = write(tmp_path / "file", "in the way")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRAINDX_CACHE", str(blocked))
        assert len(scan(data).images) == 80
        assert len(scan(data).images) == 80
    assert len(seen) == 160


def test_nothing_is_written_beside_the_data(home: Path, data: Path) -> None:
    before = tree_hash(data.parent)
    scan(data)
    scan(data)
    assert tree_hash(data.parent) == before


def test_another_measurement_has_another_cache(
    home: Path, data: Path, seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(data)
    monkeypatch.setattr(cache, "measurement", lambda: "newer")
    scan(data)
    assert len(seen) == 160


def test_sets_not_scanned_for_long_make_room(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [dataset(tmp_path / name, {"train/a": ROW, "val/b": ROW}) for name in "abc"]
    for n, one in enumerate(sets[:2]):
        scan(one)
        for folder in (home / "pictures").iterdir():
            if time.time() - folder.stat().st_mtime < 5:
                os.utime(folder, (n + 1, n + 1))
    size = files(home)[0].stat().st_size
    monkeypatch.setattr(cache, "LIMIT", int(2.5 * size))
    scan(sets[2])
    assert len(files(home)) == 2
    assert sorted(folder.stat().st_mtime for folder in (home / "pictures").iterdir())[0] == 2


SLOW = """
import sys, time
from traindx.scan import scan, cache, measuring
cache.EVERY = 0.05
real = measuring.measure
def slow(paths):
    time.sleep(0.1)
    return real(paths)
measuring.measure = slow
measuring.SHARD["full"] = 4
scan(sys.argv[1])
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_was_done_before_the_end_is_kept(home: Path, data: Path, seen: list[str], how: signal.Signals) -> None:
    running = subprocess.Popen([sys.executable, "-c", SLOW, str(data)], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 30
    while len([f for f in files(home) if f.suffix == ".parquet"]) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(how)
    _, said = running.communicate(timeout=30)
    assert running.returncode != 0
    if how == signal.SIGINT:
        assert "of 80 pictures are measured and kept for the next time" in said
    scan(data)
    assert 0 < len(seen) <= 80 - 8
    assert len([f for f in files(home) if f.suffix == ".parquet"]) == 1


def test_two_scans_at_once_do_no_harm(home: Path, data: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", SLOW, str(data)]) for _ in range(2)]
    assert [run.wait(timeout=60) for run in runs] == [0, 0]
    first = scan(data)
    assert_equal(first, scan(data, measuring_without_cache()))
    assert len(files(home)) == 1


def test_reading_the_cache_imports_no_pandas(home: Path, data: Path) -> None:
    code = f"import sys; from traindx.scan import scan; scan({str(data)!r}); print('pandas' in sys.modules)"
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "False"
