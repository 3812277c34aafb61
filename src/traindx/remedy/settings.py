"""Numbers that a settings file holds (YAML, or JSON): changed where they are written, with blanks and comments kept."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from traindx.core.recording import Recording
from traindx.core.report import Diagnosis
from traindx.remedy.case import FOREIGN
from traindx.remedy.command import NUMBER, OTHERS, RATES
from traindx.remedy.edit import Changed, Text
from traindx.remedy.kinds.numbers_set import USUAL
from traindx.remedy.rate import factor_of
from traindx.remedy.script import Script

NAMED = re.compile(r"[\w./\\-]+\.(?:ya?ml|json)\b")
LARGEST = 1_000_000
"""Bytes of a file that is looked into: annotations of a dataset are JSON as well."""
RECORDED = {"momentum-too-high": ("momentum",), "weight-decay-too-high": ("weight_decay",)}
"""What the recording knows of an optimizer's groups: a number is the right one only where it has that value."""


@dataclass(frozen=True)
class SetAnew:
    """A number of a settings file, and the one to be written in its place."""

    file: Path
    text: str
    start: int
    end: int
    new: str
    why: str


@dataclass(frozen=True)
class Setting:
    """A number of a settings file: its key, value and the span of its text."""

    key: str
    value: float
    start: int
    end: int


def set_anew(diagnosis: Diagnosis, recording: Recording, files: Sequence[Path], since: float) -> list[SetAnew]:
    """The number of a settings file that a diagnosis is about; none where it is not certain which it is.

    A rate, a momentum or a decay is the number of its usual name that the recording has too. Files that were changed after the
    run began (`since`, epoch seconds) are not looked at.
    """
    factor, usual = factor_of(diagnosis), USUAL.get(diagnosis.cause)
    names = RATES if factor is not None else OTHERS.get(diagnosis.cause, ())
    if not names:
        return []
    used = _recorded(recording, ("lr", "initial_lr") if factor is not None else RECORDED.get(diagnosis.cause, ()))
    found = []
    for file in files:
        text = _text(file, since)
        fits = [s for s in numbers(text) if s.key.lower().replace("-", "_") in names]
        if factor is not None or diagnosis.cause in RECORDED:
            fits = [s for s in fits if any(math.isclose(s.value, value, rel_tol=1e-6) for value in used)]
        if factor is None and usual is not None:
            fits = [s for s in fits if not usual.low <= s.value <= usual.high]
        found += [(file, text, setting) for setting in fits]
    if len(found) != 1:
        return []
    file, text, setting = found[0]
    new = f"{setting.value * factor:.2g}" if factor is not None else usual.value if usual is not None else ""
    why = f"{setting.key} {text[setting.start : setting.end]} becomes {new}"
    return [SetAnew(file, text, setting.start, setting.end, new, why)]


def changed_settings(found: Sequence[SetAnew], cwd: Path) -> list[Changed]:
    """The files with their new numbers."""
    made = []
    for file in dict.fromkeys(one.file for one in found):
        own = sorted({one.start: one for one in found if one.file == file}.values(), key=lambda one: -one.start)
        text = own[0].text
        for one in own:  # from the end, so that the places before stay
            text = text[: one.start] + one.new + text[one.end :]
        path = str(file.relative_to(cwd)) if file.is_relative_to(cwd) else str(file)
        made.append(Changed(Text(path, file, own[0].text), text, tuple(one.why for one in reversed(own))))
    return made


def settings_files(command: Sequence[str], scripts: Sequence[Script], cwd: Path) -> list[Path]:
    """Settings files that the command or the user's scripts name and that are there, none of an installed package."""
    named = [match for text in (*command, *(s.text for s in scripts)) for match in NAMED.findall(text)]
    files = [(cwd / name).resolve() for name in dict.fromkeys(named)]
    return [file for file in dict.fromkeys(files) if file.is_file() and not FOREIGN.search(str(file))]


def numbers(text: str) -> Iterator[Setting]:
    """All numbers that stand behind a key, however deep. What is neither YAML nor JSON has none."""
    try:
        pending = [yaml.compose(text, Loader=yaml.SafeLoader)]
    except yaml.YAMLError:
        return
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if node is None or id(node) in seen:  # an alias is the node that it stands for
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if isinstance(value, yaml.ScalarNode) and value.style is None and NUMBER.match(value.value):
                yield Setting(str(key.value), float(value.value), value.start_mark.index, value.end_mark.index)
            else:
                pending.append(value)


def _text(file: Path, since: float) -> str:
    """What a file holds; nothing of one that is large, unreadable or newer than the run."""
    try:
        known = file.stat()
        return "" if known.st_size > LARGEST or known.st_mtime > since + 1 else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _recorded(recording: Recording, names: Sequence[str]) -> set[float]:
    """Values of settings of the optimizers' groups as they were built, and the rates of the first step."""
    groups = [group for optimizer in recording.optimizers for group in optimizer.groups]
    found = {float(g[name]) for g in groups for name in names if isinstance(g.get(name), (int, float))}
    return found | ({float(recording.lr[0])} if "lr" in names and len(recording.lr) else set())
