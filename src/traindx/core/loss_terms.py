"""The terms of a loss as the first recorded steps hold them: errors, log-probabilities, overlaps of boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from traindx.core.recording import Recording, Source


@dataclass(frozen=True)
class LossTerm:
    """The terms of one kind at one line, over the steps in which they were seen; `seen` as written."""

    seen: tuple[Mapping[str, Any], ...]
    steps: tuple[int, ...]

    @property
    def what(self) -> str:
        """`error`, `log-probability` or `overlap`."""
        return str(self.seen[0]["what"])

    @property
    def of(self) -> str:
        """The loss function that computes it, empty where none does."""
        return str(self.seen[0].get("of", ""))

    def lines(self, most: int = 2) -> Iterator[Source]:
        """The line that calls the loss function, else the first lines of the text that may compute the term."""
        first = self.seen[0]
        if first.get("path"):
            yield Source(first["path"], int(first["line"]))
        for number, _ in first.get("code", ())[:most]:
            yield Source(first["code_path"], int(number))


def loss_terms_of(recording: Recording, min_records: int = 2) -> list[LossTerm]:
    """The terms that were seen in at least so many steps."""
    grouped: dict[tuple[Any, ...], list[tuple[int, Mapping[str, Any]]]] = {}
    for step, detail in recording.details.items():
        for term in detail.get("loss_terms", ()):
            grouped.setdefault((term["what"], term.get("of"), term.get("path"), term.get("line")), []).append(
                (step, term)
            )
    found = [(tuple(t for _, t in terms), tuple(dict.fromkeys(s for s, _ in terms))) for terms in grouped.values()]
    return [LossTerm(seen, steps) for seen, steps in found if len(steps) >= min_records]
