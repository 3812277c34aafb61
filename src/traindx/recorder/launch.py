"""Runs any command unchanged, with the recorder in every Python process of it that imports torch."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traindx.core.cgroup import own_group
from traindx.core.treatment import Treatment, to_json
from traindx.errors import TraindxError

SITE = Path(__file__).parent / "_site"
EVERY = 1.0
"""Seconds between two calls of what watches a command."""
HANDED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
"""Signals that a scheduler sends to the process that it started: the command is to hear them."""
GRACE = 5.0
"""Seconds between asking a timed-out command to end and killing it."""


@dataclass(frozen=True)
class RunResult:
    """How the command ended: its exit status (128 + n for signal n, as a shell has it), seconds, the recording's folder."""

    exit_status: int
    seconds: float
    folder: Path


def run_command(
    command: Sequence[str],
    folder: Path,
    *,
    treatments: Sequence[Treatment] = (),
    seed: int | None = None,
    max_steps: int | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: Any = None,
    timeout: float | None = None,
    watch: Callable[[int], bool] | None = None,
) -> RunResult:
    """Run `command` and leave a recording in `folder`.

    `treatments` are those of `process`; `seed` seeds each process after it has imported torch; `max_steps` ends each
    training process after so many optimizer steps; `stdout` None passes both streams through, otherwise both go there;
    after `timeout` seconds the command and all its children are ended. `watch` is called about every second with the
    command's process id, and ends the command by returning true: by an interrupt first, as from the keyboard.
    Raises `TraindxError` if the command does not exist, or if the folder cannot be written or holds a recording already.
    """
    environment = dict(os.environ if env is None else env)
    where = Path.cwd() if cwd is None else Path(cwd)
    home = _writable(Path(folder))
    program = _existing(command, where, environment)
    environment |= _settings(home, treatments, seed, max_steps, environment.get("PYTHONPATH"))
    facts: dict[str, Any] = {
        "command": list(command),
        "cwd": str(where),
        "started": time.time(),
        "treatments": json.loads(to_json(treatments)),
        "seed": seed,
    }
    _write(home, facts)
    group, began = own_group(), time.monotonic()
    kills = group.use().get("oom_kills")
    status = _run([program, *command[1:]], where, environment, stdout, timeout, watch)
    seconds = time.monotonic() - began
    shown = status if status >= 0 else 128 - status
    ended = {
        "ended": time.time(),
        "exit_status": shown,
        "signal": -status if status < 0 else None,
        "recorded": any(home.glob("rank-*.jsonl")),
        "reached": _reached(home),
        "oom_kills": None if kills is None else group.use().get("oom_kills", kills) - kills,
    }
    with contextlib.suppress(OSError):  # a full disk, or a folder that the command removed: its status still counts
        _write(home, {**facts, **ended})
    return RunResult(shown, seconds, home)


def _reached(folder: Path) -> str | None:
    """How far the recorder came: it started beside `torch`, it `failed` to start there, into any `python`, or nowhere."""
    found = [name for name in ("torch", "failed", "python") if (folder / f"reached-{name}").exists()]
    for name in found:
        with contextlib.suppress(OSError):
            (folder / f"reached-{name}").unlink()
    return found[0] if found else None


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / "run.json"
        probe.touch()
    except OSError as error:
        reason = error.strerror or str(error)
        raise TraindxError(f"cannot write to {folder}: {reason}", "", "name another folder") from error
    if any(folder.glob("rank-*.jsonl")):
        raise TraindxError(f"{folder} holds a recording already", "two would be mixed up", "name another folder")
    return folder.resolve()


def _existing(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> str:
    if not command:
        raise TraindxError("no command was given", "", "traindx run -- python train.py")
    name = command[0]
    if os.sep in name:
        candidate = cwd / name
        found = str(candidate) if candidate.is_file() and os.access(candidate, os.X_OK) else None
    else:
        found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        hint = "to run a script, write: traindx run -- python train.py"
        raise TraindxError(f"no such command: {shlex.quote(name)}", "", hint)
    return name


def _settings(
    folder: Path, treatments: Sequence[Treatment], seed: int | None, max_steps: int | None, path: str | None
) -> dict[str, str]:
    return {
        "PYTHONPATH": str(SITE) + (os.pathsep + path if path else ""),
        "TRAINDX_FOLDER": str(folder),
        "TRAINDX_LAUNCHER": str(os.getpid()),
        "TRAINDX_TREATMENTS": to_json(treatments),
        "TRAINDX_SEED": "" if seed is None else str(seed),
        "TRAINDX_MAX_STEPS": "" if max_steps is None else str(max_steps),
    }


def _run(
    command: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    stdout: Any,
    timeout: float | None,
    watch: Callable[[int], bool] | None,
) -> int:
    """Run to the end; the status is negative for a signal. With a timeout the command has a process group of its own."""
    own_group = timeout is not None
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environment),
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        start_new_session=own_group,
    )
    with _signals_to_end() if own_group else _signals_passed_to(process):
        try:
            return process.wait(timeout) if watch is None else _watched(process, timeout, watch)
        except subprocess.TimeoutExpired:
            _end_group(process)
            return process.wait()
        except BaseException:  # an interrupt: a group of its own does not hear it from the terminal
            if own_group:
                _end_group(process)
            raise


def _watched(process: subprocess.Popen[Any], timeout: float | None, watch: Callable[[int], bool]) -> int:
    """Wait as `process.wait` does, and call `watch` meanwhile; end the command's processes when it asks for that."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = EVERY if deadline is None else min(EVERY, max(0.0, deadline - time.monotonic()))
        try:
            return process.wait(left)
        except subprocess.TimeoutExpired:
            if deadline is not None and time.monotonic() >= deadline:
                raise
            if watch(process.pid):
                end_tree(process)


def end_tree(process: subprocess.Popen[Any]) -> None:
    """End a command and all below it: interrupted as from the keyboard, so that it may save its state, then harder."""
    from traindx.recorder.stacks import processes_of

    for number, patience in ((signal.SIGINT, 6 * GRACE), (signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        for one in processes_of(process.pid):
            with contextlib.suppress(Exception):  # it has ended meanwhile
                one.send_signal(number)
        try:
            process.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue


def _end_group(process: subprocess.Popen[Any]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@contextmanager
def _signals_passed_to(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Hand signals on to the command; an interrupt from the keyboard it has had already."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def hand_on(number: int, frame: Any) -> None:
        if number != signal.SIGINT or not _has_keyboard():
            process.send_signal(number)

    numbers = [getattr(signal, name) for name in HANDED_ON if hasattr(signal, name)]
    before = {
        number: signal.signal(number, hand_on) for number in numbers if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_keyboard() -> bool:
    """Whether this process stands in the foreground of a terminal: then its keys reach the command as well."""
    try:
        with Path("/dev/tty").open("rb", buffering=0) as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def _signals_to_end() -> Iterator[None]:
    """Make a request to end an exception, as an interrupt is one, so that the command can be ended first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _write(folder: Path, facts: Mapping[str, Any]) -> None:
    path = folder / "run.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(facts, indent=2) + "\n")
    temporary.replace(path)
