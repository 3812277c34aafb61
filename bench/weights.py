"""Estimates the weights of clues from the results of the benchmark, and prints them beside those in the cause files.

    python bench/weights.py                     # from the half of the runs that is for fitting
    python bench/weights.py --part "other half"  # the same from the runs that the fit never sees

A weight is a log-likelihood ratio (natural logarithm) with Laplace smoothing: of the runs with this cause, and of all
others, the share in which the check failed (`if seen`) or looked and passed (`if absent`):

    if seen = ln( (failed with cause + 1) / (runs with cause + 2) ) - ln( (failed without + 1) / (runs without + 2) )

No weight is given where the smoothing alone would make one: a check that never failed in a run with the cause can speak
against the cause, not for it. Runs in which the check could not look (skipped, crashed) count for neither. With a few
runs for each cause the smoothing dominates: 7 of 7 against 0 of 90 gives 4.4, and no more than that can be claimed.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from result import RESULTS, Result, load
from score import PARTS
from traindx.causes import all_causes


@dataclass(frozen=True)
class Weight:
    """A clue's estimated weights; `seen` of `runs` with the cause, `seen_without` of `runs_without` it."""

    code: str
    cause: str
    seen: int
    runs: int
    seen_without: int
    runs_without: int

    @property
    def if_seen(self) -> float | None:
        """Log-likelihood ratio of a failed check; None where the runs do not give one."""
        return _ratio(self.seen, self.runs, self.seen_without, self.runs_without)

    @property
    def if_absent(self) -> float | None:
        """Log-likelihood ratio of a check that looked and passed; None where the runs do not give one."""
        return _ratio(self.runs - self.seen, self.runs, self.runs_without - self.seen_without, self.runs_without)


def _ratio(count: int, runs: int, count_without: int, runs_without: int) -> float | None:
    ratio = math.log((count + 1) / (runs + 2)) - math.log((count_without + 1) / (runs_without + 2))
    alone = (count == 0 and ratio > 0) or (count_without == 0 and ratio < 0)
    return None if alone or not runs or not runs_without else ratio


def _shown(weight: float | None) -> str:
    return "-" if weight is None else f"{weight:+.1f}"


def estimate(results: Sequence[Result], code: str, cause: str) -> Weight:
    """The weights of one code for one cause."""
    looked = [r for r in results if r.outcomes.get(code) in ("passed", "failed")]
    with_cause = [r for r in looked if r.cause == cause]
    without = [r for r in looked if cause not in r.right]
    failed = [sum(r.outcomes[code] == "failed" for r in runs) for runs in (with_cause, without)]
    return Weight(code, cause, failed[0], len(with_cause), failed[1], len(without))


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Code, cause, counts, estimated weights, the weights in the cause's file: clues that are written or that matter."""
    induced = {r.cause for r in results}
    codes = sorted({code for r in results for code, status in r.outcomes.items() if status in ("passed", "failed")})
    lines: list[tuple[str, ...]] = []
    for cause in (c for c in all_causes() if c.slug in induced):
        written = {clue.code: clue for clue in cause.clues}
        for code in codes:
            weight, clue = estimate(results, code, cause.slug), written.get(code)
            if clue is None and (weight.if_seen or 0.0) < 1.0:
                continue
            inside = (f"{clue.if_seen:+.1f}", f"{clue.if_absent:+.1f}") if clue else ("not there", "not there")
            lines.append(
                (
                    cause.slug,
                    code,
                    f"{weight.seen}/{weight.runs}",
                    f"{weight.seen_without}/{weight.runs_without}",
                    _shown(weight.if_seen),
                    inside[0],
                    _shown(weight.if_absent),
                    inside[1],
                )
            )
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS / "diagnosis.jsonl")
    parser.add_argument("--part", choices=PARTS, default="fitted")
    options = parser.parse_args()
    head = ("cause", "code", "seen with", "seen without", "if seen", "in file", "if absent", "in file")
    lines = [head, ("---",) * len(head), *rows([r for r in load(options.results) if r.part == options.part])]
    for line in lines:
        print("| " + " | ".join(line) + " |")


if __name__ == "__main__":
    main()
