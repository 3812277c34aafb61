"""The user's own line."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

from traindx.recorder.source import Frames

STDLIB = sysconfig.get_path("stdlib")
FRAMES = Frames(cwd="/home/ann/project", torch="/venv/lib/python3.11/site-packages/torch")


def test_a_script_and_a_project_are_the_users() -> None:
    assert FRAMES.is_user("/home/ann/project/train.py")
    assert FRAMES.is_user("/home/ann/library/model.py")
    assert FRAMES.is_user("<string>") and FRAMES.is_user("<ipython-input-3>")


def test_packages_torch_the_standard_library_and_traindx_are_not() -> None:
    assert not FRAMES.is_user("/venv/lib/python3.11/site-packages/torch/nn/modules/module.py")
    assert not FRAMES.is_user("/venv/lib/python3.11/site-packages/ultralytics/engine/trainer.py")
    assert not FRAMES.is_user(os.__file__)
    assert not FRAMES.is_user(str(Path(sysconfig.get_path("scripts")) / "yolo"))
    assert not FRAMES.is_user(str(Path(FRAMES.own) / "recorder" / "session.py"))
    assert not FRAMES.is_user("<frozen runpy>")


def test_a_path_under_the_working_directory_is_shown_relative_to_it() -> None:
    assert FRAMES.place("/home/ann/project/src/train.py") == "src/train.py"
    assert FRAMES.place("/home/ann/projects/train.py") == "/home/ann/projects/train.py"


def call_from(filename: str, frames: Frames, call: str = "frames.caller()") -> object:
    """Call from code that says it lies in `filename`, which itself is called by this test."""
    scope: dict[str, object] = {"frames": frames}
    exec(compile(f"\n\nfound = {call}", filename, "exec"), scope)
    return scope["found"]


def test_the_innermost_user_frame_is_named() -> None:
    assert call_from("/home/ann/project/train.py", FRAMES) == ("train.py", 3)


def test_without_a_user_frame_the_frame_of_a_package_is_named() -> None:
    nobody = Frames(cwd="/nowhere", torch="/t/", library=("/", "<"))
    for package in (
        "/venv/lib/python3.11/site-packages/ultralytics/trainer.py",
        f"{STDLIB}/site-packages/timm/train.py",
    ):
        assert call_from(package, nobody) == (package, 3)


def test_the_deepest_user_line_of_a_traceback_is_named() -> None:
    here = Frames(cwd=str(Path(__file__).parent), torch="/t/")
    try:
        int("x", base=len({}))
    except ValueError as error:
        place, frames = here.raised(error.__traceback__)
    assert place is not None and place[0] == "test_source.py"
    assert frames[-1].startswith("test_source.py:")
