"""Progress shows on a terminal, after two seconds, and nowhere else."""

from __future__ import annotations

import pytest

from traindx.cli import progress as module
from traindx.cli.progress import progress, tell


def test_nothing_is_shown_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("pictures") as advance:
        assert advance is None
    tell("an arm")
    assert capsys.readouterr().err == ""


def test_quick_work_shows_no_bar_and_slow_work_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("pictures") as advance:
        assert advance is not None
        advance(1, 2)
    assert "pictures" not in capsys.readouterr().err
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    with progress("pictures") as advance:
        assert advance is not None
        advance(1, 2)
    assert "pictures" in capsys.readouterr().err
