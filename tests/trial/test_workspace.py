"""The workspace of an arm: the user's files stay as they are, and paths lead to their copies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from traindx.errors import TraindxError
from traindx.trial.workspace import make_workspace


def project(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "train.py").write_text(f"ROOT = '{folder}/data'\nOLD = '{folder}-old/data'\n")
    (folder / "data/a.jpg").write_bytes(b"jpeg")
    (folder / "runs").mkdir()
    (folder / "runs/best.pt").write_bytes(b"weights")
    return folder


def digest(folder: Path) -> str:
    lines = [f"{p.relative_to(folder)} {p.is_dir() or p.read_bytes()!r}" for p in sorted(folder.rglob("*"))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_absolute_paths_in_text_files_and_words_lead_to_the_copy(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    space = make_workspace(user, tmp_path / "arm")
    text = (space.cwd / "train.py").read_text()
    assert f"ROOT = '{space.cwd}/data'" in text
    assert f"OLD = '{user}-old/data'" in text
    assert space.translate(f"--data={user}/data") == f"--data={space.cwd}/data"
    assert space.translate(str(space.cwd)) == str(space.cwd)


def test_writing_in_the_workspace_leaves_the_users_files_alone(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    before = digest(user)
    space = make_workspace(user, tmp_path / "arm")
    (space.cwd / "train.py").write_text("changed")
    (space.cwd / "data/labels.cache").write_text("new")
    (space.cwd / "data/a.jpg").unlink()
    assert digest(user) == before and space.touched() == []
    space.remove()
    assert digest(user) == before and not space.home.exists()


def test_a_write_through_a_link_or_into_the_users_folder_is_noticed(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    space = make_workspace(user, tmp_path / "arm")
    (space.cwd / "data/a.jpg").write_bytes(b"changed")
    (user / "data/labels.cache").write_text("new")
    assert space.touched() == [str(user / "data"), str(user / "data/a.jpg")]


def test_folders_keep_their_places_to_each_other(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    (tmp_path / "set").mkdir()
    (tmp_path / "set/data.yaml").write_text("x")
    space = make_workspace(user, tmp_path / "arm", also=[tmp_path / "set"])
    assert (space.cwd / "../set/data.yaml").read_text() == "x"
    assert space.translate(str(tmp_path / "set")).startswith(str(space.home))


def test_a_file_that_was_left_out_is_fetched_when_it_is_named(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    space = make_workspace(user, tmp_path / "arm")
    assert not (space.cwd / "runs").exists()
    assert space.copy_of(user / "runs/best.pt").read_bytes() == b"weights"


def test_a_scratch_within_the_project_is_not_copied_into_itself(tmp_path: Path) -> None:
    user = project(tmp_path / "project")
    space = make_workspace(user, user / "scratch/arm", avoid=user / "scratch")
    assert not (space.cwd / "scratch").exists()


def test_a_working_directory_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="is no folder"):
        make_workspace(tmp_path / "gone", tmp_path / "arm")


def test_the_root_of_the_file_system_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(TraindxError, match="folder of its own"):
        make_workspace(Path("/"), tmp_path / "arm")
