"""What the processes of a command are doing now: the Python stack of each thread, open files, processor time. Looked at from
outside; the processes that the recorder is in are asked by a signal, others through py-spy where it is installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from traindx.recorder.answer import DUMP, asking_signal

PATIENCE = 2.0
"""Seconds in which a process that is asked by the signal has to answer."""
SPY_PATIENCE = 20.0
MOST_FILES = 20
LINE = re.compile(r'^\s*File "(?P<path>.*)", line (?P<line>\d+|\?+) in (?P<name>.*)$')


@dataclass(frozen=True)
class Frame:
    """A call on a stack."""

    path: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} in {self.name}"


@dataclass(frozen=True)
class Doing:
    """A process: `role` in words, `rank` (None where it has none), the command line, regular files open for reading,
    seconds of processor time and times of going to sleep (of the main thread) so far, and the stack of each thread, innermost
    call first, the main thread last; `why` says why there is no stack.
    """

    pid: int
    role: str
    rank: int | None
    command: str
    files: tuple[str, ...]
    cpu: float
    switches: int
    threads: tuple[tuple[Frame, ...], ...]
    why: str = ""

    @property
    def main(self) -> tuple[Frame, ...]:
        """The stack of the main thread, innermost first; empty where it is unknown."""
        return self.threads[-1] if self.threads else ()


def processes_of(pid: int) -> list[psutil.Process]:
    """The process and all below it, parents before children; none that has gone."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def look(pid: int, folder: Path | None) -> list[Doing]:
    """What the process `pid` and all Python processes below it do now; `folder` is that of their recording."""
    return [seen for process in processes_of(pid) if (seen := _look_at(process, folder)) is not None]


def _look_at(process: psutil.Process, folder: Path | None) -> Doing | None:
    try:
        words, environment = process.cmdline(), _environment(process)
        if not words or "python" not in Path(process.exe() or words[0]).name.lower():
            return None
        threads, why = _threads(process, folder or _folder_of(environment))
        times = process.cpu_times()
        parent = process.parent()
        return Doing(
            pid=process.pid,
            role=_role(words, environment, parent, threads),
            rank=_number(environment.get("RANK")),
            command=" ".join(words)[:500],
            files=_read_files(process),
            cpu=float(times.user + times.system),
            switches=int(process.num_ctx_switches().voluntary),
            threads=threads,
            why=why,
        )
    except psutil.Error:  # it has ended meanwhile, or is another user's
        return None


def _read_files(process: psutil.Process) -> tuple[str, ...]:
    """The regular files that are open for reading: not logs, and not what the streams lead to."""
    files = [
        f.path for f in process.open_files() if getattr(f, "mode", "r") == "r" and not f.path.startswith("/dev/shm")
    ]
    return tuple(files[:MOST_FILES])


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        return {}


def _folder_of(environment: dict[str, str]) -> Path | None:
    return Path(environment["TRAINDX_FOLDER"]) if environment.get("TRAINDX_FOLDER") else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _role(words: Sequence[str], environment: dict[str, str], parent: Any, threads: Sequence[Sequence[Frame]]) -> str:
    names = {frame.name for thread in threads for frame in thread}
    rank = environment.get("RANK")
    if "_worker_loop" in names:
        return f"loader worker of rank {rank}" if rank is not None else "loader worker"
    if any("resource_tracker" in word for word in words):
        return "resource tracker"
    if any(name in " ".join(words) for name in ("torchrun", "torch.distributed.run", "accelerate")):
        return "launcher"
    return "training" if rank is None else f"rank {rank}"


def _threads(process: psutil.Process, folder: Path | None) -> tuple[tuple[tuple[Frame, ...], ...], str]:
    if folder is not None and (text := _asked(process, folder / DUMP)):
        return parse(text), ""
    return _spied(process.pid)


def _asked(process: psutil.Process, dump: Path) -> str:
    """What the process answers to the signal; empty where it does not know it."""
    number = asking_signal()
    if number is None or not dump.exists() or not catches(process.pid, number):
        return ""
    before = dump.stat().st_size
    process.send_signal(number)
    deadline, last = time.monotonic() + PATIENCE, before
    while time.monotonic() < deadline:
        time.sleep(0.05)
        size = dump.stat().st_size
        if size > before and size == last:
            break
        last = size
    with dump.open("rb") as file:
        file.seek(before)
        return file.read().decode(errors="replace")


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal: without one the signal would end it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    mask = re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.MULTILINE)
    return mask is not None and bool(int(mask[1], 16) >> (number - 1) & 1)


def parse(text: str) -> tuple[tuple[Frame, ...], ...]:
    """The stacks that `faulthandler` wrote, innermost call first; the main thread is the last."""
    threads: list[list[Frame]] = []
    for line in text.splitlines():
        if "(most recent call first)" in line:
            threads.append([])
        elif threads and (found := LINE.match(line)):
            number = int(found["line"]) if found["line"].isdigit() else 0
            threads[-1].append(Frame(found["path"], number, found["name"]))
    return tuple(tuple(thread) for thread in threads if thread)


def _spied(pid: int) -> tuple[tuple[tuple[Frame, ...], ...], str]:
    program = shutil.which("py-spy")
    if program is None:
        return (), "no stack: the recorder is not in this process, and py-spy is not installed (pip install py-spy)"
    try:
        done = subprocess.run(
            [program, "dump", "--json", "--nonblocking", "--pid", str(pid)],
            capture_output=True,
            text=True,
            timeout=SPY_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return (), "no stack: py-spy did not answer"
    if done.returncode:
        return (), f"no stack: py-spy says {(done.stderr.strip().splitlines() or ['nothing'])[-1][:200]}"
    found = json.loads(done.stdout)
    found.sort(key=lambda thread: thread.get("thread_name") == "MainThread")
    return tuple(tuple(_frames(thread)) for thread in found), ""


def _frames(thread: dict[str, Any]) -> Iterator[Frame]:
    for frame in thread.get("frames", ()):
        name = str(frame.get("name", "")).rpartition(".")[2]  # as in a traceback, without the class
        yield Frame(str(frame.get("filename", "")), int(frame.get("line") or 0), name)
