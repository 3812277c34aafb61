"""The program as a user starts it: quick, without torch, with one line for an error."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from traindx.cli.app import COMMANDS, program, status_of
from traindx.cli.options import FORMATS

TRAINDX = [sys.executable, "-c", "from traindx.cli import main; main()"]


def started(*words: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own; `more` are environment variables."""
    return subprocess.run([*TRAINDX, *words], cwd=cwd, env={**os.environ, **more}, capture_output=True, text=True)


def modules_of(*words: str) -> set[str]:
    """What is imported by the time that the program has ended."""
    code = (
        "import sys, json\nfrom traindx.cli.app import status_of\n"
        f"status_of({list(words)!r})\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_imports_only_what_it_needs() -> None:
    loaded = modules_of("--help")
    assert not loaded & {"torch", "numpy", "rich", "PIL", "yaml", "jinja2", "ultralytics"}


def test_check_imports_neither_torch_nor_a_framework(yolo_set: Path) -> None:
    loaded = modules_of("check", str(yolo_set))
    assert "traindx.scan" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"torch", "torchvision", "ultralytics", "sklearn", "cv2"}


def processor_seconds(command: list[str], home: Path) -> float:
    """The least of five, so that what else the machine does counts little, and that all but the first find byte code."""
    taken = []
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(home / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in range(5):
        before = os.times()
        subprocess.run(command, capture_output=True, check=True, env=environment)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append(spent)
    return min(taken)


def test_check_starts_in_less_than_three_quarters_of_a_second(yolo_set: Path) -> None:
    slow = (
        processor_seconds([sys.executable, "-c", "import numpy"], yolo_set.parent) / 0.15
    )  # of this machine, as it is loaded now
    assert processor_seconds([*TRAINDX, "check", str(yolo_set)], yolo_set.parent) < 0.75 * max(1.0, slow)


def test_every_command_has_a_file_and_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert status_of([name, "--help"]) == 0
        assert f"Usage: traindx {name}" in capsys.readouterr().out


def test_without_words_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([]) == 0
    assert "Usage: traindx" in capsys.readouterr().out


def test_the_formats_are_those_of_the_renderers() -> None:
    from traindx.render import FORMATS as renderers

    assert set(FORMATS) == set(renderers)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["chek"], "No such command 'chek'"),
        (["check"], "Missing argument 'DATA'"),
        (["check", "x.yaml", "--ignore", "="], "--ignore names no code"),
        (["check", "x" * 5000], "File name too long"),
        (["check", "x.yaml", "fromat=html"], "'--format'"),
        (["check", "x.yaml", "--format", "pdf"], "'pdf' is not one of"),
        (["check", "nothing/here.yaml"], "nothing/here.yaml"),
        (["check", "x.yaml", "--select", "Q"], "no check's code begins with 'Q'"),
        (["diagnose", "nothing/here"], "nothing/here"),
        (["report", "nothing.json"], "cannot read nothing.json"),
        (["rule", "lr-to-high"], "did you mean lr-too-high"),
        (["run"], "no command"),
        (["run", "--", "no-such-program-here", "x"], "no-such-program-here"),
        (["prove"], "RUN"),
        (["prove", "--resume", "x", "run"], "--resume takes no RUN"),
        (["demo", "no-such-cause"], "no-such-cause"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert status_of(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.startswith("traindx: ") and shown.err.count("\n") == 1
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_traindx_itself_is_one_line_unless_verbose(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(ctx: click.Context) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(program, "invoke", broken)
    assert status_of(["rule", "T301"]) == 2
    quiet = capsys.readouterr().err
    assert quiet.count("\n") == 1 and "ZeroDivisionError: a fault" in quiet and "bug in traindx" in quiet
    assert status_of(["rule", "T301", "-v"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_is_silent() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*TRAINDX, "rule"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 128 + signal.SIGPIPE


def test_an_interruption_gives_130(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(ctx: click.Context) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "invoke", interrupted)
    assert status_of(["rule"]) == 130
    assert capsys.readouterr().err.strip() == "traindx: interrupted"


def test_colours_follow_no_color_and_force_color() -> None:
    plain = started("rule", "lr-too-high", NO_COLOR="1", FORCE_COLOR="1").stdout
    colored = started("rule", "lr-too-high", NO_COLOR="", FORCE_COLOR="1").stdout
    assert "\x1b[" not in plain
    assert "\x1b[" in colored


def test_a_terminal_without_unicode_is_no_reason_to_fail() -> None:
    assert started("rule", "lr-too-high", PYTHONIOENCODING="ascii").returncode == 0
