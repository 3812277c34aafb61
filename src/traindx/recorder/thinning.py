"""What is told again and again, written ever more rarely: metrics by name, printed lines by form."""

from __future__ import annotations

from dataclasses import dataclass

MOST_LINES = 50_000
"""Lines of one kind, about 120 bytes each, beyond which each name has only a tenth of its lines in full."""
GROWTH = 1.02
"""Beyond what is written in full, one is written whenever the count has grown by a fiftieth."""


@dataclass
class Count:
    """How often something was told, and how often it was written; beyond what is written in full, when last."""

    seen: int = 0
    written: int = 0


class Thinning:
    """Decides what is written: of each thing the first `in_full`, then ever fewer."""

    def __init__(self, in_full: int) -> None:
        self._in_full = in_full
        self._lines = 0

    def is_due(self, count: Count) -> bool:
        """Whether what is told now is to be written; counts it."""
        count.seen += 1
        room = self._in_full if self._lines < MOST_LINES else self._in_full // 10
        if count.written >= room and count.seen < GROWTH * count.written:
            return False
        count.written = count.written + 1 if count.written < room else count.seen
        self._lines += 1
        return True
