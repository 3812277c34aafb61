"""Runs the benchmark: every cause that can be induced in the process, in every recipe, and as many healthy runs.

    python bench/run.py                 # what is missing in bench/results/digits.jsonl, one process at a time
    python bench/run.py --judge-only    # judges the recordings that are there again, after a change of checks or causes

Recordings are kept in bench/recordings (not in the repository), results in bench/results.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import traindx
from doses import FULL, MILD, MILD_DOSES
from recipes import RECIPES, Recipe
from result import HEALTHY, RESULTS, Result, append, load
from traindx.causes import all_causes
from traindx.core.recording import Recording
from traindx.core.treatment import Treatment
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.recorder.launch import run_command

RECORDINGS = Path(__file__).parent / "recordings"
ONE_CORE = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Task:
    """One run: a recipe with a cause induced (`treatment` None: healthy) in a dose, at a seed."""

    recipe: Recipe
    cause: str
    seed: int
    treatment: Treatment | None
    dose: str = FULL

    @property
    def key(self) -> tuple[str, str, str, int]:
        """As in `Result.key`."""
        return self.recipe.name, self.cause, self.dose, self.seed

    @property
    def folder(self) -> Path:
        """Where its recording lies."""
        cause = self.cause if self.dose == FULL else f"{self.cause}-{self.dose}"
        return RECORDINGS / f"{self.recipe.name}+{cause}+{self.seed}"


def tasks(seeds: int) -> Iterator[Task]:
    """Every cause with an `induce` in the process, in both doses, on every recipe that is not immune, and as many healthy."""
    full = {c.slug: c.induce for c in all_causes() if c.induce is not None and c.induce.where == "process"}
    induced = [(slug, FULL, treatment) for slug, treatment in full.items()]
    induced += [(slug, MILD, treatment) for slug, treatment in MILD_DOSES.items() if slug in full]
    for recipe in RECIPES:
        immune = dict(recipe.immune)
        acting = [fault for fault in induced if fault[0] not in immune]
        for i in range(len(acting) * seeds):
            yield Task(recipe, HEALTHY, i, None)
        for slug, dose, treatment in acting:
            for seed in range(seeds):
                yield Task(recipe, slug, seed, treatment, dose)


def record(task: Task, timeout: float) -> None:
    """Run the task's script and record it; what it prints goes to output.txt beside the recording."""
    shutil.rmtree(task.folder, ignore_errors=True)
    task.folder.mkdir(parents=True)
    treatments = (task.treatment,) if task.treatment is not None else ()
    started = time.monotonic()
    with (task.folder / "output.txt").open("wb") as output:
        done = run_command(
            task.recipe.command(task.seed),
            task.folder / "recording",
            treatments=treatments,
            env={**os.environ, **ONE_CORE},
            stdout=output,
            timeout=timeout,
        )
    (task.folder / "seconds").write_text(f"{time.monotonic() - started:.1f} {done.exit_status}")


def judge(task: Task) -> Result:
    """Diagnose a recording as `traindx diagnose` does. Raises `TraindxError` if there is none."""
    report = diagnose(task.folder / "recording")
    recording = Recording.load(task.folder / "recording")
    seconds, status = (task.folder / "seconds").read_text().split()
    printed = re.findall(r"accuracy ([\d.]+)", (task.folder / "output.txt").read_text(errors="replace"))
    return Result(
        recipe=task.recipe.name,
        cause=task.cause,
        dose=task.dose,
        seed=task.seed,
        verdict=report.verdict,
        ranking=tuple((d.cause, d.status, d.probability) for d in report.diagnoses),
        outcomes={o.code: o.status for o in report.outcomes},
        errors=tuple(o.code for o in report.outcomes if o.status == "failed" and o.level == "error"),
        accuracy=float(printed[-1]) if printed else None,
        exit_status=None if status == "None" else int(status),
        steps=int(recording.step[-1]) + 1 if len(recording.step) else 0,
        seconds=float(seconds),
        cost=recording.cost if recording.cost == recording.cost else None,
        version=traindx.__version__,
    )


def main() -> None:
    """Do what is missing, one process at a time; say what each run was diagnosed as."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS / "digits.jsonl")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each cause in each recipe")
    parser.add_argument("--only", default="", help="a part of a recipe's or a cause's name")
    parser.add_argument("--minutes", type=float, default=1e9, help="start no run after so many minutes")
    parser.add_argument("--timeout", type=float, default=180.0, help="seconds that one run may take")
    parser.add_argument("--judge-only", action="store_true")
    options = parser.parse_args()
    if options.judge_only:
        options.results.unlink(missing_ok=True)
    there = {result.key for result in load(options.results)}
    until = time.monotonic() + 60 * options.minutes
    for task in sorted(tasks(options.seeds), key=lambda t: (t.seed, t.dose, t.cause)):
        if task.key in there or options.only not in f"{task.recipe.name} {task.cause}" or time.monotonic() > until:
            continue
        if options.judge_only and not (task.folder / "seconds").exists():
            continue
        try:
            if not options.judge_only:
                record(task, options.timeout)
            result = judge(task)
        except TraindxError as error:
            print(f"{task.folder.name}: no result: {error}", flush=True)
            continue
        append(options.results, result)
        first = result.answer[0] if result.answer else result.verdict
        print(f"{task.folder.name}: {first}, accuracy {result.accuracy}, {result.seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
