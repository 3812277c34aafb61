"""What an arm writes outside of the copied folders is noticed by the paths that stand in its command and its script."""

from __future__ import annotations

import os
from pathlib import Path

from traindx.core.setup import Setup
from traindx.trial.outside import changed, stamps_outside


def setup(cwd: Path, text: str, *words: str) -> Setup:
    cwd.mkdir(exist_ok=True)
    (cwd / "train.py").write_text(text)
    return Setup(("python", "train.py", *words), str(cwd), "pytorch")


def test_a_file_that_the_script_names_and_overwrites_is_noticed(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "best.pt"
    kept.parent.mkdir()
    kept.write_text("old")
    before = stamps_outside(setup(tmp_path / "user", f"torch.save(model, '{kept}')"), [str(tmp_path / "user")])
    assert list(before) == [str(kept)] and changed(before) == []
    kept.write_text("newer")
    assert changed(before) == [str(kept)]


def test_a_file_that_is_new_is_noticed_by_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    os.utime(folder, (1, 1))
    before = stamps_outside(setup(tmp_path / "user", "", f"--log={folder}/run.txt"), [str(tmp_path / "user")])
    (folder / "run.txt").write_text("x")
    assert changed(before) == [str(folder)]


def test_copied_folders_system_files_and_shared_folders_are_not_watched(tmp_path: Path) -> None:
    text = f"#!/usr/bin/env python\nopen('{tmp_path}/user/a.txt')\nopen('/dev/null')\nopen('/nothing-there-at-all')\nurl = 'https://x.org/a/b'"
    assert stamps_outside(setup(tmp_path / "user", text), [str(tmp_path / "user")]) == {}


def test_a_file_that_went_is_a_change(tmp_path: Path) -> None:
    gone = tmp_path / "old.pt"
    gone.write_text("x")
    before = stamps_outside(setup(tmp_path / "user", f"os.remove('{gone}')"), [str(tmp_path / "user")])
    gone.unlink()
    assert changed(before) == [str(gone)]
