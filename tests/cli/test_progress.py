"""Progress shows on a terminal, after two seconds, and nowhere else."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scan.drawn import dataset
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


SLOW = """
import sys, time
from traindx.cli import main
from traindx.scan import measuring
real = measuring.measure
def slow(paths):
    time.sleep(0.1)
    return real(paths)
measuring.measure = slow
measuring.SHARD["full"] = 1
main(["check", sys.argv[1], "--workers", "1"])
"""


def on_a_terminal(data: Path, until: str) -> tuple[int, str]:
    """The status and the screen of a slow check that is interrupted as soon as the screen shows `until`."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    command = [sys.executable, "-c", SLOW, str(data)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
    os.close(theirs)
    screen = b""
    with contextlib.suppress(OSError):  # the terminal goes with the last process that has it
        while part := os.read(ours, 4096):
            if until.encode() in screen + part and until.encode() not in screen:
                running.send_signal(signal.SIGINT)
            screen += part
    os.close(ours)
    return running.wait(timeout=30), re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", screen.decode(errors="replace"))


def test_a_scan_of_more_than_two_seconds_shows_its_rate_and_what_is_left_and_ends_with_one_line(tmp_path: Path) -> None:
    data = dataset(tmp_path, {f"{split}/{n}": "" for split in ("train", "val") for n in range(150)})
    status, screen = on_a_terminal(data, "/s")
    assert status == 130
    assert re.search(r"pictures .*\d+/300 .*\d+/s .*\d\d:\d\d", screen)
    last = screen.strip().splitlines()[-1]
    assert re.fullmatch(r"traindx: interrupted: \d+ of 300 pictures are measured and kept for the next time", last)
