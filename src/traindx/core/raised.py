"""The exception that ended a training: its own words and the user's line, of the rank and the process where it began."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from traindx.core.finding import Finding, Measured, Place, Table

if TYPE_CHECKING:
    from traindx.core.recording import Event, Recording

Told: TypeAlias = Iterator[Finding | Measured]
ON_PURPOSE = ("KeyboardInterrupt", "SystemExit", "GeneratorExit")
SECONDARY = re.compile(
    r"Connection (closed|reset) by (remote )?peer|Broken pipe|torch\.distributed\.DistNetworkError|"
    r"received abort|process group .* (aborted|shut ?down)|Remote process exited",
    re.IGNORECASE,
)
"""What a rank says when another one has gone: it is not where the error began."""
PICTURE = re.compile(r"\.(jpe?g|jfif|png|bmp|gif|tiff?|webp|dcm)\b", re.IGNORECASE)
LONGEST = 200


@dataclass(frozen=True)
class Raised:
    """`kind` is the class of the exception, `words` what it says (without the traceback that a worker sends along), `text` all
    of it, with what it was raised from; `frames` are the last ones, deepest last.

    `sample` and `file` are what was being read, `there` whether that file exists;
    `shapes` are those of tensors that could not be stacked.
    """

    kind: str
    words: str
    text: str
    step: int
    rank: int | None
    frames: tuple[str, ...]
    path: str | None = None
    line: int | None = None
    sample: int | None = None
    file: str | None = None
    there: bool | None = None
    worker: int | None = None
    shapes: tuple[list[int], ...] = ()

    def says(self, *patterns: str, at: str = "") -> bool:
        """Whether its text fits one of the patterns, and one of its frames contains `at`."""
        within = not at or any(at in frame for frame in self.frames)
        return within and any(re.search(p, self.text, re.IGNORECASE | re.DOTALL | re.MULTILINE) for p in patterns)

    @property
    def place(self) -> Place:
        """The user's line, the step, the rank of several, and the picture that was being read."""
        return Place(path=self.path, line=self.line, step=self.step, rank=self.rank, image=self.picture)

    @property
    def is_secondary(self) -> bool:
        """Whether it says only that another rank has gone."""
        return bool(SECONDARY.search(self.words))

    @property
    def picture(self) -> str | None:
        """The file that was being read, if it is a picture."""
        return self.file if self.file is not None and PICTURE.search(self.file) else None

    @property
    def sentence(self) -> str:
        """The error in one line, with what was being read."""
        where = [] if self.sample is None else [f"sample {self.sample}"]
        where += [] if self.file is None or self.file in self.words else [self.file]
        if self.shapes and "equal size" not in self.words:
            where.append("shapes " + " and ".join(map(str, self.shapes)))
        within = "" if self.worker is None else f" in loader worker {self.worker}"
        told = f" ({', '.join(where)})" if where else ""
        return f"{self.kind} at step {self.step}{within}: {self.words[:LONGEST]}{told}"


def raised_of(recording: Recording) -> Raised | None:
    """The exception that nobody caught, of several ranks the first one's; None where there is none or the user interrupted."""
    found = [
        (bool(SECONDARY.search(str(event.data.get("message", "")))), _time(one, event), one, event)
        for one in (recording, *recording.ranks)
        for event in one.of("exception")
        if event.data.get("type") not in ON_PURPOSE
    ]
    if not found:
        return None
    _, _, one, event = min(found, key=lambda entry: entry[:2])
    return _raised(one, event, several=bool(recording.ranks) or int(recording.start.get("world_size") or 1) > 1)


def errors_like(recording: Recording, *patterns: str, within: Mapping[str, str] = MappingProxyType({})) -> Told:
    """What a check on one kind of error yields: the number of such errors, and the one that ended the run.

    The patterns are looked for in `type: words`, and in what the exception was raised from; those of `within` count only where
    a frame of the traceback contains the word beside them.
    """
    raised = raised_of(recording)
    fits = raised is not None and (raised.says(*patterns) or any(raised.says(p, at=at) for p, at in within.items()))
    yield from told_of(raised if fits else None)


def told_of(raised: Raised | None) -> Told:
    """The number of errors of a kind, and the one that was found."""
    yield Measured("errors of this kind", int(raised is not None), "0")
    if raised is not None:
        yield finding_of(raised)


def finding_of(raised: Raised) -> Finding:
    """The exception as a finding: its line, its words, its frames."""
    frames = tuple((frame,) for frame in raised.frames)
    return Finding(raised.place, raised.sentence, (Table("traceback, deepest last", ("frame",), frames),))


def _raised(one: Recording, event: Event, several: bool) -> Raised:
    data: Mapping[str, Any] = event.data
    told = one.lines.get("worker_error", ())
    inner = next((line for line in reversed(told) if _is_of(line, data)), None)
    source = data if inner is None else {**data, **inner}
    earlier = [f"{e['type']}: {_own_words(e['message'])}" for e in source.get("from", ())]
    words, kind = _own_words(str(source.get("message", ""))), str(source.get("type"))
    return Raised(
        kind=kind,
        words=" ".join(words.split()),
        text="\n".join([f"{kind}: {words}", *earlier]),
        step=event.step,
        rank=one.rank if several else None,
        frames=tuple(map(str, source.get("frames", ()))),
        path=source.get("path"),
        line=source.get("line"),
        sample=source.get("sample"),
        file=source.get("file"),
        there=source.get("there"),
        shapes=tuple(source.get("shapes", ())),
        worker=None if inner is None else inner.get("worker"),
    )


def _is_of(line: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether an exception is the one that a loader's worker has told of."""
    message = str(data.get("message", ""))
    return message.startswith(f"Caught {line.get('type')} in DataLoader worker process {line.get('worker')}")


def _own_words(message: str) -> str:
    """What an exception says itself, without a traceback that it quotes: from the last line of the form `Kind: words` on."""
    if "Traceback (most recent call last)" not in message and not message.startswith("Caught "):
        return message.strip()
    starts = [
        found.end() for found in re.finditer(r"^[\w.]+(?:Error|Exception|Interrupt|error)\b:? ?", message, re.MULTILINE)
    ]
    return message[starts[-1] :].strip() if starts else message.strip().rpartition("\n")[2]


def _time(one: Recording, event: Event) -> float:
    return float(one.start.get("time", 0.0)) + float(event.data.get("time", 0.0))
