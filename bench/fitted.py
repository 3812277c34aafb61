"""What the answers become where clues weigh what the fitted half of the benchmark says, on the runs that the fit never saw.

    python bench/fitted.py [--recordings FOLDER] [--prior 5]

The weights of a cause's clues are estimated from `fitted` runs (`bench/weights.py`), and drawn towards those in the file as if
`prior` runs with the cause had shown these. Clues whose finding is itself the proof stay: they are no matter of shares. The
recordings of all other runs are judged by both. Writes bench/results/fitted.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from intervals import shown
from result import HEALTHY, RESULTS, Result, load
from score import table
from tasks import tasks
from traindx.causes import all_causes
from traindx.checks import all_checks
from traindx.core.cause import Cause, Clue
from traindx.core.report import Report
from traindx.core.runner import run_checks
from traindx.diagnosis import explain
from traindx.errors import TraindxError
from traindx.examine import facts_of
from weights import estimate

RECORDINGS = Path(__file__).parent / "recordings"
PAGE = RESULTS / "fitted.md"
LARGEST = 8.0
"""No clue that is not a proof weighs more than those that are."""


@dataclass
class Tally:
    """Runs of which a right cause came first, or among the first three; alarms on healthy ones."""

    first: int = 0
    three: int = 0
    alarms: int = 0

    def count(self, report: Report, result: Result) -> None:
        """Add one report."""
        named = [d.cause for d in report.diagnoses if d.status in ("proved", "consistent") and d.cause != HEALTHY]
        answer = [HEALTHY, *named] if report.verdict == HEALTHY else named
        if result.cause == HEALTHY:
            self.alarms += report.verdict == "faulty"
        else:
            self.first += bool(result.right & set(answer[:1]))
            self.three += bool(result.right & set(answer[:3]))


def fitted(cause: Cause, runs: Sequence[Result], prior: float) -> Cause:
    """The cause with weights of its clues from these runs, as far as they have it."""
    return replace(cause, clues=tuple(_clue(clue, cause.slug, runs, prior) for clue in cause.clues))


def _clue(clue: Clue, slug: str, runs: Sequence[Result], prior: float) -> Clue:
    weight = estimate(runs, clue.code, slug)
    if clue.proves or not weight.runs:
        return clue
    seen = _between(clue.if_seen, weight.if_seen, weight.runs, prior)
    return replace(clue, if_seen=seen, if_absent=_between(clue.if_absent, weight.if_absent, weight.runs, prior))


def _between(written: float, estimated: float | None, runs: int, prior: float) -> float:
    if estimated is None:
        return written
    mean = (runs * estimated + prior * written) / (runs + prior)
    return max(-LARGEST, min(LARGEST, mean))


def main() -> None:
    """Judge all unseen runs twice and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, default=RECORDINGS)
    parser.add_argument("--prior", type=float, default=5.0)
    asked = parser.parse_args()
    results = load(RESULTS / "diagnosis.jsonl")
    names = {task.key: task.name for task in tasks(1, quick=True)}
    runs = [r for r in results if r.part == "fitted"]
    ways = {"as in the files": all_causes(), "fitted": [fitted(c, runs, asked.prior) for c in all_causes()]}
    changed = sum(
        a != b for one, other in zip(*ways.values(), strict=True) for a, b in zip(one.clues, other.clues, strict=True)
    )
    tallies = {name: Tally() for name in ways}
    faulty = healthy = 0
    for result in results:
        folder = asked.recordings / names.get(result.key, "") / "recording"
        if result.part == "fitted" or result.key not in names or not folder.exists():
            continue
        try:
            facts, _ = facts_of(folder)
        except TraindxError:  # nothing was trained
            continue
        outcomes = run_checks(all_checks(), facts)
        faulty, healthy = faulty + (result.cause != HEALTHY), healthy + (result.cause == HEALTHY)
        for name, causes in ways.items():
            tallies[name].count(explain(outcomes, causes, facts), result)
    rows = [
        (name, shown(t.first, faulty), shown(t.three, faulty), shown(t.alarms, healthy)) for name, t in tallies.items()
    ]
    page = [
        "# Weights fitted on one half, judged on the other",
        f"`python bench/fitted.py --prior {asked.prior:g}`: {len(runs)} runs to fit on, which change {changed} clues; "
        f"{faulty} faulty and {healthy} healthy runs that the fit never saw.",
        table(("weights", "cause@1", "cause@3", "healthy runs called faulty"), rows),
    ]
    PAGE.write_text("\n\n".join(page) + "\n", encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
