"""A console log as lines: terminal codes taken out, progress bars as their last state in each epoch, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from traindx.core.number import number_of

EPOCH = re.compile(
    r"(?<![a-z])ep(?:och)?s?(?:\s*\(\w+\))?(?:\s+n(?:o|r|um(?:ber)?)\.?)?['\"\s:=#\[\(|]*(\d{1,7}(?:\.\d+)?)(?!:\d|\d)(?:\s*(?:/|of)\s*(\d{1,7}))?(?!\w)",
    re.IGNORECASE,
)
"""An epoch's number and, where it is written, how many there will be; `Epoch(train) [3]`, `'epoch': 1.5`, `ep 3/10`."""

MARKS = (
    EPOCH,
    re.compile(r"^Train: (\d+) \[\s*\d+/\d+"),
    re.compile(r"^\W*\[(\d+),\s*\d+\]\s+loss"),
    re.compile(r"^[^\w\[]*(?:\[\s*(?:train|val)\w*\s*\|)?\[?\s*(\d+)\s*/\s*(\d+)\s*\](?=.*loss)", re.IGNORECASE),
    re.compile(r"^\W*E(\d+)\b(?=.*loss)"),
    re.compile(r"^\s*[\[(]\s*(\d{1,5})\s*[\])]:?\s(?=.*loss)", re.IGNORECASE),
)
"""How lines tell their epoch, the usual first: the first of these counts that a log has. timm's `Train: 0 [ 0/38`, the
tutorial's `[1,  2000] loss`, `[3/15] train loss`, `[ Train | 003/080 ]`, `E03`, `[3] loss`."""

STEP = re.compile(
    r"(?<![a-z])(?:global[ _])?(?:iter(?:ation)?s?|steps?|batch(?:es)?)['\"\s:=#\[\(]*(\d+)(?!\w|\.\d)"
    r"|^\s*(\d+): -?[\d.na]+, -?[\d.na]+ avg",
    re.IGNORECASE,
)
"""The step of a line, for logs that have no epochs; Darknet begins a line with it."""

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|[\x00\x08]")
_EARLY = re.compile(
    r"early[\s_-]?stop(?:ping|ped)?(?!\w|[\s_-]?(?:counter|patience|callback))(?!.*(?:counter|patience\s*[=:]))",
    re.IGNORECASE,
)
_ADVERSARY = re.compile(
    r"\bdomain[ _-]?(?:acc|loss|clas|conf|disc)|discriminator|\badversarial|\bDANN\b|gradient reversal", re.IGNORECASE
)
_COUNTED = re.compile(r"\s*\d+/\d+\s")
_BEHIND_A_BAR = re.compile(
    r"(?<=[\])\d%])(?=Traceback \(most recent call last\)|(?:Killed|Terminated|Segmentation fault|Bus error|Aborted)\b)"
)
"""Where an error begins on the line of a progress bar, which does not end its line."""

LAST_LINES = 30
_NO_LABELS = re.compile(
    r"no labels found in .*?(?:set|\.cache|labels\S*)|(?:all )?labels are missing or empty in \S+"
    r"|no labels in \S+\. can ?not train",
    re.IGNORECASE,
)
_SCALE = re.compile(r"(?:reducing (?:loss scale )?to|loss_scale:?) ([\d.e+-]+)", re.IGNORECASE)
_LEAST_SCALE = re.compile(r"minimum loss scale reached|loss scale already at minimum", re.IGNORECASE)
_DEVICE = re.compile(r"torch[- ]?[\d.]+\+cu(\d{2,3})(\d)\b.*?CUDA:\d+ \(([^,()]+)")
"""As Ultralytics begins: `torch-2.0.1+cu118 CUDA:0 (NVIDIA GeForce GTX 1660 Ti, 6144MiB)`."""


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Line number from 1 and line. Of a line that was rewritten by carriage returns, the last state of each epoch; an error
    that begins behind a progress bar is a line of its own."""
    for number, line in enumerate(text.split("\n"), 1):
        states = [s for s in _CODES.sub("", line).split("\r") if s.strip()]
        bar, *error = _BEHIND_A_BAR.split(states[-1], maxsplit=1) if states else [""]
        if error:
            states[-1] = bar
        if len(states) > 1:
            states = list({(m[1] if (m := EPOCH.search(s)) else ""): s for s in states}.values())
        for state in (*states, *error):
            yield number, state


def stops_early(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether a line after the last epoch says that training was stopped early, which is no counter and no setting."""
    for i, (_, line) in enumerate(reversed(lines)):
        if _EARLY.search(line):
            return True
        if i >= LAST_LINES and (EPOCH.search(line) or _COUNTED.match(line)):
            return False
    return False


def says_adversary(lines: Iterable[tuple[int, str]]) -> bool:
    """Whether the log speaks of a domain classifier or a discriminator."""
    return any(_ADVERSARY.search(line) for _, line in lines)


def says_no_labels(lines: Iterable[tuple[int, str]]) -> str | None:
    """The first line in which a tool says that it found no label, as `line N: ...`; None if none does."""
    found = ((number, _NO_LABELS.search(line)) for number, line in lines)
    return next((f"line {number}: {match[0].strip()[:160]}" for number, match in found if match is not None), None)


def says_scale_gone(lines: Iterable[tuple[int, str]]) -> str | None:
    """The first line in which the loss scale of half precision falls below 1, or is at its least, as `line N: ...`."""
    for number, line in lines:
        scale = number_of(found[1].rstrip(".")) if (found := _SCALE.search(line)) else None
        if (scale is not None and scale < 1) or _LEAST_SCALE.search(line):
            return f"line {number}: {line.strip()[:160]}"
    return None


def device_in(lines: Iterable[tuple[int, str]]) -> tuple[str, str] | None:
    """The graphics processor that a line names, and the CUDA of the build; None if none does."""
    found = next((m for _, line in lines if "CUDA:" in line and (m := _DEVICE.search(line))), None)
    return None if found is None else (found[3].strip(), f"{found[1]}.{found[2]}")
