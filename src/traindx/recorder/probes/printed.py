"""What the training prints: lines with a word and a number, as they went to the console. A plain loop tells its metrics there."""

from __future__ import annotations

import re

from traindx.recorder.observation import Observation
from traindx.recorder.probe import Arguments, Named, Probe
from traindx.recorder.thinning import Count, Thinning

LONGEST = 400
"""Characters of a line that are kept."""
IN_FULL = 500
"""Lines of one form (its numbers aside) that are all written."""
MOST_FORMS = 200

_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{2}")


class Printed(Probe):
    """Writes a `printed` line for each line of standard output or error that has a word and a number.

    `validating` says that forward passes without gradients came since the last training step. Nothing is held back or changed;
    a progress bar counts as it stood when its line ended.
    """

    def __init__(self, seen: Observation) -> None:
        super().__init__(seen)
        self._begun: dict[str, str] = {}
        self._forms: dict[str, Count] = {}
        self._thinning = Thinning(IN_FULL)

    def written(self, arguments: Arguments, named: Named) -> None:
        """Text was written to a stream: its name, and the text, which may be a part of a line or several lines."""
        stream, text = arguments
        begun = self._begun.get(stream, "") + text
        *lines, rest = begun.split("\n")
        for line in lines:
            self._line(line)
        before, back, last = rest.rpartition("\r")
        self._begun[stream] = (f"\r{last}" if back and last.strip() else before if back else rest)[-4 * LONGEST :]

    def _line(self, line: str) -> None:
        states = [state for state in line.split("\r") if state.strip()]
        text = states[-1].rstrip()[:LONGEST] if states else ""
        if not _WORD.search(text) or not _NUMBER.search(text) or not self._is_due(_NUMBER.sub("#", text)[:60]):
            return
        fields = {"kind": "printed", "step": self.seen.now_at, "time": round(self.seen.journal.now, 6), "text": text}
        if self.seen.validation.batches:
            fields["validating"] = True
        self.seen.journal.write(fields)

    def _is_due(self, form: str) -> bool:
        if form not in self._forms and len(self._forms) >= MOST_FORMS:
            return False
        return self._thinning.is_due(self._forms.setdefault(form, Count()))
