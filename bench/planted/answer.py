"""What a tool said about one set, and what was planted in it, as lines of JSON, and the files that hold them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.planted.truth import Truth, Where


@dataclass(frozen=True)
class Said:
    """One thing that a tool reported: where, how bad, and for which causes it speaks."""

    path: str
    line: int | None
    image: str
    level: str
    causes: tuple[str, ...]
    message: str
    code: str = ""


@dataclass(frozen=True)
class Answer:
    """What one tool made of one set. `named` are its causes, surest first; `refused` the message with which it gave up."""

    tool: str
    case: str
    version: str
    seconds: float
    said: tuple[Said, ...]
    named: tuple[str, ...] = ()
    faulty: bool = False
    backgrounds: int = 0
    refused: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells one answer from another."""
        return self.tool, self.case


def load(path: Path) -> dict[tuple[str, str], Answer]:
    """The answers of a file, by key; a later line replaces its like, a line cut by a kill is left out."""
    return {answer.key: answer for answer in _lines(path)}


def append(path: Path, answer: Answer) -> None:
    """Add one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(answer)) + "\n")


def _lines(path: Path) -> Iterator[Answer]:
    for fields in _dicts(path):
        said = tuple(Said(**{**s, "causes": tuple(s["causes"])}) for s in fields["said"])
        yield Answer(**{**fields, "said": said, "named": tuple(fields["named"])})


def remember(path: Path, case: str, truth: Truth) -> None:
    """Add what was planted, as it was planted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"case": case, **asdict(truth)}) + "\n")


def truths(path: Path) -> dict[str, Truth]:
    """What was planted, by case."""
    known = {}
    for fields in _dicts(path):
        places = tuple(Where(**place) for place in fields["places"])
        case = fields.pop("case")
        known[case] = Truth(**{**fields, "causes": tuple(fields["causes"]), "places": places})
    return known


def _dicts(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            yield json.loads(line)
        except ValueError:
            continue
