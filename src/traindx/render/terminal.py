"""How text meets a terminal: colours, a limited number of lines, and the signs that an encoding has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traindx.core.finding import Level
from traindx.core.report import Status, Verdict

_ASCII = {
    "●": "*",
    "○": "o",
    "…": "...",
    "→": "->",
    "×": "x",
    "−": "-",
    "±": "+-",
    "≥": ">=",
    "≤": "<=",
    "–": "-",
    "µ": "u",
    **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*#@", strict=True)),
}
_LEVELS: dict[Level, str] = {"error": "31", "warning": "33", "note": "36"}
_STATUSES: dict[Status, str] = {"proved": "31", "consistent": "33", "ruled-out": "2", "not-testable": "36"}
_VERDICTS: dict[Verdict, str] = {"faulty": "1;31", "healthy": "1;32", "unclear": "1;33"}


@dataclass(frozen=True)
class Style:
    """ANSI colours (the eight that every terminal has), or none."""

    color: bool

    def _in(self, words: str, code: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if self.color and words.strip() else words

    def bold(self, words: str) -> str:
        """A heading or a name."""
        return self._in(words, "1")

    def dim(self, words: str) -> str:
        """What may be passed over."""
        return self._in(words, "2")

    def level(self, words: str, level: Level) -> str:
        """A count of findings."""
        return self._in(words, _LEVELS[level])

    def status(self, words: str, status: Status) -> str:
        """A diagnosis' status."""
        return self._in(words, _STATUSES[status])

    def verdict(self, words: str, verdict: Verdict) -> str:
        """The first sentence."""
        return self._in(words, _VERDICTS[verdict])

    def dot(self, status: Status) -> str:
        """The bullet of a diagnosis: full if proved, else open."""
        return self._in("●" if status == "proved" else "○", _STATUSES[status])


def clip(words: str, room: int) -> str:
    """What fits into `room` columns (at least 12 are kept); the end is cut, since places come first."""
    return words if len(words) <= room else words[: max(room - 1, 12)].rstrip() + "…"


def fit(
    sections: Sequence[Sequence[Sequence[str]]],
    budget: int,
    style: Style,
    least: Sequence[int] = (),
    names: Sequence[str] = (),
) -> list[str]:
    """Lines of all sections, at most `budget`: every section keeps its first blocks, and says how many were left out.

    A section is a list of blocks, a block a list of lines that stay together. Blocks are granted in rounds, one to each
    section in turn, so that no section is starved by the one before it. The first block of each section is always kept,
    and of the first sections as many as `least` says, whatever the budget is.
    Blocks of the first section that are left out are named by `names`, one per block.
    """
    headed = [bool(section) and section[0][:1] == [""] for section in sections]
    wanted = [*least, *[0] * len(sections)]
    kept = [
        min(len(section), max(1, most) + head) for section, most, head in zip(sections, wanted, headed, strict=False)
    ]
    grown = True
    while grown:
        grown = False
        for i, section in enumerate(sections):
            if kept[i] < len(section):
                kept[i] += 1
                if _length(sections, kept) <= budget:
                    grown = True
                else:
                    kept[i] -= 1
    lines: list[str] = []
    for i, (section, n) in enumerate(zip(sections, kept, strict=True)):
        lines += [line for block in section[:n] for line in block]
        if n < len(section):
            named = f": {', '.join(names[n:])}" if i == 0 and names else ""
            lines.append(style.dim(f"  … and {len(section) - n:,} more{named} (-v)"))
    while len(lines) > budget and "" in lines:  # the empty lines between sections are the first to go
        lines.remove("")
    return lines


def _length(sections: Sequence[Sequence[Sequence[str]]], kept: Sequence[int]) -> int:
    shown = sum(len(block) for section, n in zip(sections, kept, strict=True) for block in section[:n])
    return shown + sum(n < len(section) for section, n in zip(sections, kept, strict=True))


def to_encoding(words: str, encoding: str) -> str:
    """The same words with every sign that `encoding` lacks written in ASCII."""
    try:
        words.encode(encoding)
        return words
    except UnicodeEncodeError:
        for sign, plain in _ASCII.items():
            words = words.replace(sign, plain)
    return words.encode(encoding, "backslashreplace").decode(encoding)
