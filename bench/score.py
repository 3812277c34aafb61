"""Scores the results of the benchmark: causes named, places, false alarms, calibration, beside answers that know nothing.

    python bench/score.py        # writes bench/results/diagnosis.md

Read with care: induced causes are put in by treatments that the project itself wrote, and the programs are edits of its own
scripts: this shows how well the chain from recording to ranking holds, not how often a stranger's cause is among those
that it knows.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TypeAlias

from effect import LEAST, unharmed
from intervals import shown
from result import HEALTHY, RESULTS, Result, load
from traindx.core.verdict import LEARNING, SURE_OF_RUN

Answer: TypeAlias = Callable[[Result], tuple[str, ...]]
PARTS = ("fitted", "other half", "held out")
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)


def traindx(result: Result) -> tuple[str, ...]:
    """What traindx answered."""
    return result.answer


def hits(results: Sequence[Result], answer: Answer, first: int) -> int:
    """Runs of which a right cause (or `healthy`) is among the first answers."""
    return sum(bool(result.right & set(answer(result)[:first])) for result in results)


def answers(results: Sequence[Result]) -> dict[str, Answer]:
    """traindx, answers that look at nothing, and the rules of other projects."""
    causes = tuple(slug for slug, _ in Counter(r.cause for r in results if r.cause != HEALTHY).most_common())
    constant: dict[str, Answer] = {
        "constant: healthy first": lambda result: (HEALTHY, *causes),
        "constant: commonest fault first": lambda result: (*causes, HEALTHY),
    }
    projects = sorted({name for r in results for name in r.peers or {}})
    peers: dict[str, Answer] = {f"rules of {name}": _of_peer(name) for name in projects}
    return {"traindx": traindx, **constant, **peers}


def _of_peer(name: str) -> Answer:
    return lambda result: (result.peers or {}).get(name, ())


def alarmed(result: Result) -> bool:
    """Whether a healthy run has a false alarm: a check that failed at level error, or a verdict of faulty."""
    return bool(result.errors) or result.verdict == "faulty"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def faults(results: Sequence[Result], name: Callable[[Result], str], groups: Sequence[str] | None = None) -> str:
    """How well the faults of each group are named."""
    rows = []
    for group in groups or sorted({name(r) for r in results}):
        runs = [r for r in results if name(r) == group]
        placed = [r.placed for r in runs if r.placed is not None]
        late = [r.detected - r.onset for r in runs if r.detected is not None]
        rows.append(
            (
                group,
                shown(sum(r.verdict == "faulty" for r in runs), len(runs)),
                shown(hits(runs, traindx, 1), len(runs)),
                shown(hits(runs, traindx, 3), len(runs)),
                shown(sum(placed), len(placed)),
                f"{median(late):.0f}" if late else "-",
            )
        )
    return table(("", "called faulty", "cause@1", "cause@3", "place right", "steps after onset (median)"), rows)


def healthy_runs(healthy: Sequence[Result]) -> str:
    """False alarms, by part, and by the check that gave them."""
    rows = []
    for part in PARTS:
        runs = [r for r in healthy if r.part == part]
        rows.append(
            (
                part,
                shown(sum(map(alarmed, runs)), len(runs)),
                f"{sum(len(r.errors) for r in runs) / max(1, len(runs)):.3f}",
                f"{sum(len(r.warnings) for r in runs) / max(1, len(runs)):.3f}",
                ", ".join(f"{verdict} {n}" for verdict, n in Counter(r.verdict for r in runs).most_common()),
            )
        )
    codes = Counter(f"{code} ({r.script})" for r in healthy for code in (*r.errors, *r.warnings))
    named = Counter(f"{slug} ({r.script})" for r in healthy for slug in r.answer if slug != HEALTHY)
    head = ("", "runs with a false alarm", "errors a run", "warnings a run", "verdicts")
    return "\n\n".join(
        (
            table(head, rows),
            f"Checks that failed at level error or warning: {_counted(codes)}.",
            f"Causes named as proved or consistent: {_counted(named)}.",
        )
    )


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in found.most_common(40)) or "none"


def compared(results: Sequence[Result]) -> str:
    """traindx beside answers that know nothing and other projects' rules, on the runs that nothing was fitted on."""
    faulty, healthy = ([r for r in results if (r.cause != HEALTHY) == wanted] for wanted in (True, False))
    rows: list[tuple[object, ...]] = []
    for name, answer in answers(results).items():
        silent = sum(answer(r)[:1] != (HEALTHY,) for r in healthy)
        wrong = sum(map(alarmed, healthy)) if name == "traindx" else silent
        shares = (shown(hits(faulty, answer, n), len(faulty)) for n in (1, 3))
        rows.append((name, *shares, shown(wrong, len(healthy))))
    choices = len({r.cause for r in results})
    rows.append(
        ("random order (expected)", f"{1 / choices:.0%}", f"{min(1.0, 3 / choices):.0%}", f"{1 - 1 / choices:.0%}")
    )
    return table(("answer", "faults: cause@1", "cause@3", "healthy runs with a fault named"), rows)


def calibration(results: Sequence[Result]) -> str:
    """How often the first answer is right, by the probability it was given; a run that was not harmed may be called healthy."""
    spared = unharmed(results)
    rows, gap, answered = [], 0.0, 0
    for name, chosen in (("a cause", False), (HEALTHY, True)):
        first = [(r, d[0]) for r in results if (d := [x for x in r.ranking if x[1] in ("proved", "consistent")])]
        known = [
            (x[2], x[0] in r.right or (chosen and r.key in spared)) for r, x in first if (x[0] == HEALTHY) == chosen
        ]
        answered += len(known)
        for low, high in pairwise(BINS):
            inside = [(p, right) for p, right in known if low <= p < high or (high == 1.0 and p == 1.0)]
            if inside:
                mean = sum(p for p, _ in inside) / len(inside)
                gap += abs(sum(p - right for p, right in inside))
                share = shown(sum(right for _, right in inside), len(inside))
                rows.append((name, f"{low:g} to {high:g}", f"{mean:.2f}", share))
    said = f"Mean distance between probability and share that is right, weighted by runs: {gap / max(1, answered):.3f}."
    return table(("first is", "its probability", "mean", "right"), rows) + "\n\n" + said


def surely_warned(results: Sequence[Result]) -> str:
    """Runs that learned and are not called healthy, as warnings alone make a cause sure (`SURE_OF_RUN`): how often it is right."""
    rows = []
    for name, wanted in (("faulty", True), (HEALTHY, False)):
        runs = [r for r in results if (r.cause != HEALTHY) == wanted and r.outcomes.get(LEARNING) == "passed"]
        runs = [r for r in runs if not r.errors]
        warned = [r for r in runs if r.verdict == "unclear" and _first(r) >= SURE_OF_RUN]
        rows.append((name, len(runs), len(warned), hits(warned, traindx, 1)))
    return table(("run", "learned, without an error", "a cause is sure", "and right"), rows)


def _first(result: Result) -> float:
    return next((p for _, status, p in result.ranking if status in ("proved", "consistent")), 0.0)


def misses(faulty: Sequence[Result]) -> str:
    """Every faulty run whose cause is not named first."""
    rows = [
        (r.part, r.script, r.cause, r.variant, ", ".join(r.answer[:3]) or "nothing", r.verdict, " ".join(r.errors))
        for r in faulty
        if not r.right & set(r.answer[:1])
    ]
    return table(("part", "script", "cause", "how", "named", "verdict", "errors"), rows) if rows else "None."


def harm(results: Sequence[Result], faulty: Sequence[Result]) -> str:
    """How well faults are named that harmed their run, and those that did not."""
    spared = unharmed(results)
    return faults(faulty, lambda r: f"{'did no harm' if r.key in spared else 'harmed the run'}, {r.part}")


def summary(results: Sequence[Result]) -> str:
    """The page; a healthy script that could not run to its end here is left out and named."""
    broken = [r for r in results if r.cause == HEALTHY and r.exit_status]
    results = [r for r in results if r not in broken]
    faulty = [r for r in results if r.cause != HEALTHY]
    healthy = [r for r in results if r.cause == HEALTHY]
    unseen = [r for r in results if r.part != "fitted"]
    elsewhere = [r for r in faulty if r.part != "fitted"]
    parts = [
        "# The benchmark of diagnoses",
        f"{len(faulty)} faulty runs and {len(healthy)} healthy ones, {len({r.script for r in results})} scripts. Written by "
        "`python bench/score.py`; `python bench/run.py` makes the results.",
        "A share stands with its 95 % confidence interval (Wilson) and the number of runs. `fitted`: weights may have been "
        "set by these runs; `other half`: never fitted on; `held out`: scripts none of whose runs was ever fitted on. A hit at 1 "
        "is a right cause as the first that the report names; a false alarm is a check that failed at level error or a verdict "
        "of faulty. `place right`: of the runs with a line at fault whose cause was named, those that name the line.",
        f"Healthy scripts that did not run to their end here: {_counted(Counter(r.script for r in broken))}.",
        "## Faults, by part",
        faults(faulty, lambda r: r.part, PARTS),
        "## Faults, by whether they harmed their run",
        f"A run was not harmed that ended like the healthy run of its script and seed, and learned at least {LEAST:.0%} as much in "
        "its training loss and in its validation, as far as these were seen.",
        harm(results, faulty),
        "## Healthy runs",
        healthy_runs(healthy),
        "## Beside other answers (what nothing was fitted on)",
        compared(unseen),
        "## Calibration (what nothing was fitted on)",
        calibration(unseen),
        "## Calibration (fitted)",
        calibration([r for r in results if r.part == "fitted"]),
        "## Warnings that make a cause sure, all parts",
        surely_warned(results),
        "## Faults by kind (what nothing was fitted on)",
        faults(elsewhere, lambda r: f"{r.set}: {r.variant}" if r.set == "induced" else r.set),
        "## Faults by cause, all parts",
        faults(faulty, lambda r: r.cause),
        "## Faults by script, all parts",
        faults(faulty, lambda r: r.script),
        "## Misses",
        misses(faulty),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Read the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS / "diagnosis.jsonl")
    parser.add_argument("--output", type=Path, default=RESULTS / "diagnosis.md")
    options = parser.parse_args()
    page = summary(load(options.results))
    options.output.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
