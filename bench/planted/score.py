"""Holds an answer against the truth: was the fault found, at the right file, on the right line, under the right name?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.planted.answer import Answer, Said
from bench.planted.truth import Truth, Where


@dataclass(frozen=True)
class Score:
    """How near an answer comes to the truth.

    `named`: the right cause is among those named (None where no cause is asked for). `found`: named, or a finding that
    speaks for the right cause at the right place, or the set refused with a message that says why or names the file.
    What deserves no more than a note is found by any finding at its place. `surfaced`: anything at all said about the
    place. `files` and `lines`: shares of the places that a right finding names
    (None without places). `raised`: the verdict is faulty, where the fault is an error. `beside`: other causes named.
    """

    found: bool
    named: bool | None
    surfaced: bool
    files: float | None
    lines: float | None
    raised: bool | None
    beside: tuple[str, ...]


def score(truth: Truth, answer: Answer) -> Score:
    """The score of one answer."""
    named = bool(set(truth.causes) & set(answer.named)) if truth.causes else None
    whatever = not truth.causes or truth.level == "note"
    right = [s for s in answer.said if whatever or set(truth.causes) & set(s.causes)]
    at_place = any(_hits(s, where) for s in right for where in truth.places)
    refused = _refused(truth, answer.refused.lower())
    counted = truth.level == "count" and answer.backgrounds > 0
    found = bool(named) or at_place or refused or counted
    anything = any(_hits(s, where) for s in answer.said for where in truth.places)
    shares = _shares(truth, right)
    return Score(
        found=found,
        named=named,
        surfaced=found or anything,
        files=None if truth.level == "count" else shares[0],
        lines=None if truth.level == "count" else shares[1],
        raised=answer.faulty if truth.level == "error" else None,
        beside=tuple(cause for cause in answer.named if cause not in truth.causes),
    )


def _refused(truth: Truth, words: str) -> bool:
    """Given up with a message that says why, or that names the file."""
    names = {Path(name).name.lower() for where in truth.places for name in (where.path, where.image) if name}
    return bool(words) and (bool(truth.says and truth.says.lower() in words) or any(name in words for name in names))


def _shares(truth: Truth, right: list[Said]) -> tuple[float | None, float | None]:
    if not truth.places:
        return None, None
    files = sum(any(_hits(s, w) for s in right) for w in truth.places) / len(truth.places)
    lines = sum(any(_exact(s, w) for s in right) for w in truth.places) / len(truth.places)
    return files, lines


def _hits(said: Said, where: Where) -> bool:
    places = {said.path.rstrip("/"), said.image.rstrip("/")} - {""}
    return bool(places & {where.path, where.image})


def _exact(said: Said, where: Where) -> bool:
    """The line where the fault has one; an entry of a json may be named by its picture or its own id instead."""
    if not _hits(said, where):
        return False
    if where.line is None or said.line == where.line:
        return True
    if where.path.endswith(".json"):
        return bool(where.image and said.image == where.image) or bool(where.word and where.word in said.message)
    return False


@dataclass(frozen=True)
class Alarm:
    """What a tool said about a clean set: whether it calls it faulty, and what it says at each level."""

    faulty: bool
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    named: tuple[str, ...]
    refused: str


def alarm(answer: Answer) -> Alarm:
    """The alarms of one answer about a clean set."""
    told = {
        level: tuple(
            dict.fromkeys(f"{s.code} {s.path or s.image}: {s.message}".strip() for s in answer.said if s.level == level)
        )
        for level in ("error", "crashed", "warning")
    }
    return Alarm(answer.faulty, told["error"] + told["crashed"], told["warning"], answer.named, answer.refused)
