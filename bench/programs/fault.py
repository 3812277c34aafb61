"""A fault as an edit of a healthy script, and the program that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "healthy"


@dataclass(frozen=True)
class Fault:
    """Edits (text, its replacement) that put `cause` into each of `scripts`.

    `also` are causes that are as right an answer; `place` are texts of the lines of which one is to be named (none:
    no line is at fault, say of a number that is learnt); `onset` is the first step at which anything is wrong.
    """

    name: str
    cause: str
    scripts: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]
    place: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    onset: int = 0
    source: str = ""


@dataclass(frozen=True)
class Program:
    """A fault in one script."""

    fault: Fault
    script: str

    def text(self) -> str:
        """The faulty program. Raises `ValueError` if an edit does not apply."""
        text = (SCRIPTS / f"{self.script}.py").read_text()
        for old, new in self.fault.edits:
            if old not in text:
                raise ValueError(f"{self.fault.name}: {self.script}.py has no {old!r}")
            text = text.replace(old, new)
        return text

    def lines(self) -> tuple[int, ...]:
        """The lines of which one is to be named."""
        numbered = enumerate(self.text().splitlines(), 1)
        return tuple(number for number, line in numbered if any(text in line for text in self.fault.place))
