"""Scores the results of the benchmark: cause@1, cause@3, false alarms, and what no diagnosis at all would score.

    python bench/score.py        # writes bench/results/summary.md

Read with care: a benchmark whose faults are induced by treatments that the project itself wrote shows whether the chain
from recording to ranking holds, not how often the cause of a stranger's failure is among those that it knows.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import TypeAlias

from result import HEALTHY, RESULTS, Result, load

Answer: TypeAlias = Callable[[Result], tuple[str, ...]]


def hits(results: Sequence[Result], answer: Answer, first: int) -> float:
    """Share of runs whose induced cause (or `healthy`) is among the first answers."""
    return mean(result.cause in answer(result)[:first] for result in results) if results else float("nan")


def baselines(results: Sequence[Result]) -> dict[str, Answer]:
    """Answers that look at nothing: `healthy` always first, and the commonest fault always first."""
    causes = tuple(slug for slug, _ in Counter(r.cause for r in results if r.cause != HEALTHY).most_common())
    return {
        "constant: healthy first": lambda result: (HEALTHY, *causes),
        f"constant: {causes[0] if causes else 'nothing'} first": lambda result: (*causes, HEALTHY),
    }


def alarms(results: Sequence[Result]) -> list[tuple[Result, tuple[str, ...]]]:
    """Healthy runs with a false alarm: a check that failed at level error, or a verdict of faulty."""
    healthy = [r for r in results if r.cause == HEALTHY]
    return [(r, r.errors or (r.verdict,)) for r in healthy if r.errors or r.verdict == "faulty"]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def summary(results: Sequence[Result]) -> str:
    """The page."""
    faulty = [r for r in results if r.cause != HEALTHY]
    healthy = [r for r in results if r.cause == HEALTHY]
    parts = [
        "# Benchmark on digits",
        f"{len(faulty)} runs with one induced cause and {len(healthy)} healthy ones, {len({r.recipe for r in results})} recipes. "
        "Written by `python bench/score.py` from the results beside it; "
        "`python bench/run.py` makes the results again.",
        "`full` is the dose that the cause's file names, `mild` a smaller one (`doses.py`). "
        "A hit at 1 is the induced cause as the first one that the report names; a healthy run is hit when the verdict is healthy. "
        "The faults are induced by the project's own treatments: this shows that the chain from recording to ranking holds, "
        "not how often a stranger's cause is among those that it knows.",
        "## All runs",
        _overall(results, faulty),
        "## By cause",
        _by(faulty, lambda r: f"{r.cause}, {r.dose}", healthy),
        "## By recipe",
        _by(faulty, lambda r: r.recipe, healthy),
        "## Healthy runs",
        _healthy(results, healthy),
        "## Misses",
        _overlooked(faulty, healthy),
        _misses(faulty),
    ]
    return "\n\n".join(parts) + "\n"


def _overall(results: Sequence[Result], faulty: Sequence[Result]) -> str:
    answers: dict[str, Answer] = {"traindx": lambda result: result.answer, **baselines(results)}
    rows = [
        (name, *(f"{hits(group, answer, n):.0%}" for group in (faulty, results) for n in (1, 3)))
        for name, answer in answers.items()
    ]
    choices = len({r.cause for r in results})
    rows.append(("random order (expected)", *(f"{min(1.0, n / max(1, choices)):.0%}" for n in (1, 3, 1, 3))))
    return table(("answer", "faults: cause@1", "cause@3", "all runs: @1", "@3"), rows)


def _by(faulty: Sequence[Result], name: Callable[[Result], str], healthy: Sequence[Result]) -> str:
    rows = []
    for group in sorted({name(r) for r in faulty}):
        runs = [r for r in faulty if name(r) == group]
        harmed = _harmed(runs, healthy)
        one, three = hits(runs, lambda r: r.answer, 1), hits(runs, lambda r: r.answer, 3)
        rows.append((group, len(runs), f"{one:.0%}", f"{three:.0%}", f"{len(harmed)} of {len(runs)}"))
    return table(("", "runs", "cause@1", "cause@3", "accuracy more than 0.05 below the healthy median"), rows)


def _harmed(runs: Sequence[Result], healthy: Sequence[Result]) -> list[Result]:
    """The runs whose accuracy is more than 0.05 below the median of the healthy runs of their recipe."""
    usual = {recipe: median(a) for recipe in {r.recipe for r in healthy} if (a := _accuracies(healthy, recipe))}
    return [r for r in runs if r.recipe in usual and (r.accuracy or 0.0) < usual[r.recipe] - 0.05]


def _accuracies(results: Sequence[Result], recipe: str) -> list[float]:
    return [r.accuracy for r in results if r.recipe == recipe and r.accuracy is not None]


def _healthy(results: Sequence[Result], healthy: Sequence[Result]) -> str:
    false = alarms(results)
    codes = Counter(code for _, found in false for code in found)
    named = Counter(r.answer[1] if r.answer[:1] == (HEALTHY,) else r.answer[0] for r in healthy if len(r.answer) > 1)
    recipes = sorted({r.recipe for r in healthy})
    rows = []
    for recipe in recipes:
        runs = [r for r in healthy if r.recipe == recipe]
        wrong = [r for r, _ in false if r.recipe == recipe]
        known = _accuracies(healthy, recipe)
        verdicts = Counter(r.verdict for r in runs)
        rows.append(
            (recipe, len(runs), len(wrong), ", ".join(f"{v} {n}" for v, n in verdicts.items()), f"{median(known):.3f}")
        )
    said = (
        f"False alarms at level error: {sum(codes.values())} in {len(healthy)} runs, "
        f"{sum(codes.values()) / max(1, len(healthy)):.2f} per healthy run ({dict(codes) or 'none'}). "
        f"Healthy runs beside whose verdict a cause is named as consistent: {sum(named.values())} ({dict(named) or 'none'})."
    )
    return said + "\n\n" + table(("recipe", "runs", "with a false alarm", "verdicts", "median accuracy"), rows)


def _overlooked(faulty: Sequence[Result], healthy: Sequence[Result]) -> str:
    silent = [r for r in faulty if r.verdict == HEALTHY]
    nameless = [r for r in faulty if r.verdict == "faulty" and not r.answer]
    return (
        f"Faulty runs called healthy: {len(silent)}, of which {len(_harmed(silent, healthy))} are more than 0.05 below the "
        f"healthy median of their recipe. Called faulty without a cause: {len(nameless)}."
    )


def _misses(faulty: Sequence[Result]) -> str:
    rows = [
        (
            r.recipe,
            r.cause,
            r.dose,
            r.seed,
            ", ".join(r.answer[:3]) or "nothing",
            r.verdict,
            r.accuracy,
            " ".join(r.errors),
        )
        for r in faulty
        if r.cause not in r.answer[:1]
    ]
    head = ("recipe", "induced", "dose", "seed", "named", "verdict", "accuracy", "failed at level error")
    return table(head, rows) if rows else "None."


def main() -> None:
    """Read the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS / "digits.jsonl")
    parser.add_argument("--output", type=Path, default=RESULTS / "summary.md")
    options = parser.parse_args()
    page = summary(load(options.results))
    options.output.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
