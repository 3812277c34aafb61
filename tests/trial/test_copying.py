"""What a copy for a trial consists of: copies, links, and what is left out."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from traindx.trial import copying
from traindx.trial.copying import Copied, copy_tree


def copied(origin: Path, copy: Path, since: float = float("inf")) -> Copied:
    done = Copied()
    copy_tree(origin, copy, done, since=since, avoid=copy, rewrite=lambda text: text)
    return done


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def test_code_is_copied_and_pictures_are_linked(tmp_path: Path) -> None:
    make(tmp_path / "o", "train.py", "data/a.jpg", "data/a.txt")
    copied(tmp_path / "o", tmp_path / "c")
    assert not (tmp_path / "c/train.py").is_symlink() and not (tmp_path / "c/data/a.txt").is_symlink()
    assert (tmp_path / "c/data/a.jpg").is_symlink() and (tmp_path / "c/data/a.jpg").read_bytes() == b"data/a.jpg"


def test_results_caches_environments_and_recordings_are_left_out(tmp_path: Path) -> None:
    left = [".git/HEAD", "__pycache__/a.pyc", "env/pyvenv.cfg", "runs/x.csv", "wandb/x", "mlruns/x"]
    make(tmp_path / "o", *left, "rec/run.json", "rec/rank-0.jsonl", "src/model.py")
    copied(tmp_path / "o", tmp_path / "c")
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["src"]


def test_a_folder_of_many_files_is_linked_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FOLDER_UP_TO", 3)
    make(tmp_path / "o", *[f"many/{i}.txt" for i in range(4)], *[f"few/{i}.txt" for i in range(3)])
    copied(tmp_path / "o", tmp_path / "c")
    assert (tmp_path / "c/many").is_symlink() and not (tmp_path / "c/few").is_symlink()


def test_big_files_are_linked_unless_a_training_may_write_over_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "COPY_UP_TO", 3)
    make(tmp_path / "o", "features.npy", "start.pt")
    copied(tmp_path / "o", tmp_path / "c")
    assert (tmp_path / "c/features.npy").is_symlink()
    assert (tmp_path / "c/start.pt").is_file() and not (tmp_path / "c/start.pt").is_symlink()


def test_what_the_recorded_run_made_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "COPY_UP_TO", 12)
    make(tmp_path / "o", "train.py", "last.pt", "a-long-dump.npy", "pretrained.pt")
    os.utime(tmp_path / "o/pretrained.pt", (0, 0))
    done = copied(tmp_path / "o", tmp_path / "c", since=time.time() - 60)
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["pretrained.pt", "train.py"]
    assert sorted(Path(p).name for p in done.left_out) == ["a-long-dump.npy", "last.pt"]


def test_a_link_to_a_folder_becomes_a_folder_of_the_copy(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/a.txt", "o/train.py")
    (tmp_path / "o/data").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "o/loop").symlink_to(tmp_path / "o")
    (tmp_path / "o/gone").symlink_to(tmp_path / "nowhere")
    copied(tmp_path / "o", tmp_path / "c")
    (tmp_path / "c/data/new.txt").write_text("x")
    assert not (tmp_path / "elsewhere/new.txt").exists()
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["data", "train.py"]
