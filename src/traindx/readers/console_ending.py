"""How a console log ends: the error of its last traceback, a kill, a job that the queue cancelled; None of an ordinary end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from traindx.core.history import Ending
from traindx.readers.console_lines import MARKS

Lines = Sequence[tuple[int, str]]

_BEFORE = re.compile(
    r"^(?:\[default\d+\]:|\[?rank ?\d+\]?: ?|\d{1,4}: |[\w.-]+\s*\| ?|\S+Z (?:stdout|stderr) [FP] )+(?=.)",
    re.IGNORECASE,
)
"""What launchers write before a line: `[rank1]: `, `3: ` of srun, `trainer-1  | `, a time and `stdout F `."""

_FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+)')
_RAISED = re.compile(r"^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s*(.*))?$")
_KILLED = re.compile(
    r"(?:^|\s)(Killed|Segmentation fault|Bus error|Aborted)(?: \(core dumped\))?\s*(?:$|\s{2,}\S)|oom[-_]kill"
    r"|task \d+: Out Of Memory",
    re.IGNORECASE,
)
_CANCELLED = re.compile(r"\bCANCELLED AT\b|DUE TO TIME LIMIT|\bjob (?:was )?(?:cancelled|preempted)\b", re.IGNORECASE)
_WAITED = re.compile(r"Watchdog caught collective operation timeout.*")
_WORKER = re.compile(r"bus error encountered in worker", re.IGNORECASE)
"""What the loader says before it raises that a worker exited."""

_STOPPED = re.compile(
    r"\bloss\b\W*(?:is|was|became)?\W*(?:nan|inf(?:inity)?|non-?finite)\b.*\b(?:stop|exit|abort|terminat)",
    re.IGNORECASE,
)
"""What a loop says that ends itself: `Loss is nan, stopping training`."""

_LIBRARIES = ("site-packages", "dist-packages", "/lib/python", "/lib/multiprocessing/", "<frozen", "<string>")
LAUNCHERS = ("ChildFailedError", "ProcessExitedException", "CalledProcessError", "SIGTERM", "SignalException")
"""What a launcher raises because one of its processes has ended: where that began is told before."""

_LOGGED = re.compile(r"wandb:|frame #\d|-{5}|={5}|Traceback|\[|\S*Error\b|$")
"""Lines under an error that are no part of its message, but of what loggers and launchers say at the end."""

_OF_AN_END = re.compile(r"\s|frame #\d|wandb:|-{5}|={5}|Traceback|$")
_STARTS = ("Traceback (most recent call last)", "Original Traceback (most recent call last)")
LONG_END = 60
"""Lines after an error, but for stacks and summaries, from which the log went on (a guess)."""

BELOW = 4
"""Lines of a message that are read after its first."""

CANCELLED = "Cancelled"
"""The kind of an ending by the queue's time limit or by hand: no error of the training."""


NOT_FINITE = "LossNotFinite"
"""The kind of an ending by the program itself, which looked at its loss."""


def ending_of(lines: Lines) -> Ending | None:
    """The error in which the log ends: the exception of its last traceback, or the kill; None if it ends in neither.

    A traceback after which the log goes on (a worker's that was survived, an earlier run's) is no ending. Of a launcher's
    error the one that a process told before it counts.
    """
    tail = [(number, _BEFORE.sub("", line, count=1)) for number, line in lines[-400:]]
    last = next(((n, m) for n, line in reversed(tail[-8:]) if (m := _CANCELLED.search(line))), None)
    if last is not None:
        return Ending(CANCELLED, last[1].string.strip()[:200], last[0])
    starts = [i for i, (_, line) in enumerate(tail) if line.startswith(_STARTS)]
    told = [found for i in starts if (found := _raised(tail[i:])) is not None]
    if told and not _goes_on([line for number, line in tail if number > told[-1].line]):
        return _first_cause(told, tail)
    stopped = next(((n, m) for n, line in reversed(tail[-8:]) if (m := _STOPPED.search(line))), None)
    if stopped is not None:
        return Ending(NOT_FINITE, stopped[1].string.strip()[:200], stopped[0])
    killed = next(((n, m) for n, line in reversed(tail[-5:]) if (m := _KILLED.search(line))), None)
    return _waited(tail) if killed is None else Ending("Killed", killed[1].string.strip()[:200], killed[0])


def _first_cause(told: Sequence[Ending], tail: Lines) -> Ending:
    """The last error, or, where that is a launcher's, the last one that is not, or for which a process waited; of a worker that
    ended, with what the loader says of its end."""
    if "DataLoader worker" in told[-1].message:
        before = [line.strip() for number, line in tail if number < told[-1].line and _WORKER.search(line)]
        return replace(told[-1], message=" ".join([*before[-1:], told[-1].message])[:300])
    if told[-1].kind not in LAUNCHERS:
        return told[-1]
    own = next((error for error in reversed(told) if error.kind not in LAUNCHERS), None)
    return own or _waited(tail) or told[-1]


def _waited(tail: Lines) -> Ending | None:
    waited = ((number, m[0]) for number, line in tail if (m := _WAITED.search(line)))
    return next((Ending("DistBackendError", words[:300], number) for number, words in waited), None)


def _goes_on(lines: Sequence[str]) -> bool:
    """Whether a log goes on after an error: with an epoch, or for longer than what launchers and loggers say of an end."""
    own = [line for line in lines if not line.startswith("wandb:")]
    return (
        any(mark.search(line) for line in own for mark in MARKS)
        or sum(not _OF_AN_END.match(line) for line in lines) > LONG_END
    )


def _raised(lines: Lines) -> Ending | None:
    frame: tuple[str, int] | None = None
    for i, (number, line) in enumerate(lines[1:], 1):
        if found := _FRAME.match(line):
            if not any(library in _plain(found[1]) for library in _LIBRARIES):
                frame = found[1], int(found[2])
        elif line[:1].strip() and (raised := _RAISED.match(line.strip())):
            path, at = frame if frame is not None else (None, None)
            words = " ".join([raised[2] or "", *_goes_on_below(lines[i + 1 : i + 1 + BELOW])]).strip()
            return Ending(raised[1].rpartition(".")[2], words[:300], number, path, at)
    return None


def _goes_on_below(lines: Lines) -> Iterator[str]:
    """The lines under an error that are part of its message: up to the first blank one, or one that a logger wrote."""
    for _, line in lines:
        if not line[:1].isspace() and _LOGGED.match(line):
            return
        if line.strip():
            yield line.strip()


def _plain(path: str) -> str:
    """A path with slashes and in small letters, as Windows has neither."""
    return path.replace("\\", "/").lower()
