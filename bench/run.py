"""Runs the benchmark: induced causes, faulty programs and as many healthy trainings, each recorded and diagnosed.

    python bench/run.py                          # the quick form: one seed, one dose of a cause in each recipe
    python bench/run.py --seeds 5 --jobs 8       # the whole: every dose
    python bench/run.py --judge-only             # judges the recordings that are there again, after a change of checks or causes

What is in bench/results/diagnosis.jsonl already is not run again.
YOLO_DATA (a data.yaml) and SIGN_DIGITS (class folders) name real pictures, as in `zoo.py`; without the first, no YOLO is
trained. Recordings are kept in bench/recordings (not in the repository), results in bench/results.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import traindx
from effect import learned, validated
from peer_rules import answers
from prefixes import detected_at
from result import RESULTS, Result, append, load
from tasks import Task, tasks
from traindx.core.recording import Recording, recording_of
from traindx.core.report import Report
from traindx.errors import TraindxError
from traindx.examine import diagnose, facts_of
from zoo import run_script

RECORDINGS = Path(__file__).parent / "recordings"
PORTION = 16
"""Runs of each process before it is looked whether the time is over."""


def record(task: Task, folder: Path, timeout: float) -> None:
    """Run the task's script in a folder of its own and record it there; `seconds` is written when it has ended."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    treatments = (task.treatment,) if task.treatment is not None else ()
    started = time.monotonic()
    status = run_script(task.script, folder, task.seed, text=task.text(), treatments=treatments, timeout=timeout)
    (folder / "seconds").write_text(f"{time.monotonic() - started:.1f} {status}")


def judge(task: Task, folder: Path) -> Result:
    """Diagnose a recording as `traindx diagnose` does. Raises `TraindxError` if there is none."""
    report = diagnose(folder / "recording")
    try:
        recording = Recording.load(folder / "recording")
    except TraindxError:  # nothing was trained
        recording = recording_of(())
    seconds, status = (folder / "seconds").read_text().split()
    fault = task.program.fault if task.program is not None else None
    right = {task.cause, *(fault.also if fault is not None else ())}
    result = Result(
        task.set,
        task.script,
        task.cause,
        task.variant,
        task.seed,
        verdict=report.verdict,
        ranking=tuple((d.cause, d.status, d.probability) for d in report.diagnoses),
        outcomes={o.code: o.status for o in report.outcomes if o.status != "skipped"},
        errors=_failed(report, "error"),
        warnings=_failed(report, "warning"),
        also=fault.also if fault is not None else (),
        placed=placed(report, right, task),
        onset=task.onset,
        peers=answers(recording),
        exit_status=int(status),
        steps=int(recording.step[-1]) + 1 if len(recording.step) else 0,
        seconds=float(seconds),
        version=traindx.__version__,
        learned=learned(recording),
        validated=validated(facts_of(folder / "recording", dataset=False)[0].get("history")),
    )
    if task.set == "healthy" or not result.steps or not right & set(result.answer[:1]):
        return result
    return Result(**{**vars(result), "detected": detected_at(folder / "recording", right, task.onset, result.steps)})


def placed(report: Report, right: set[str], task: Task) -> bool | None:
    """Whether the first right diagnosis names one of the lines to be named; None without such a line or such a diagnosis."""
    lines = task.program.lines() if task.program is not None else ()
    named = [d for d in report.diagnoses if d.cause in right and d.status in ("proved", "consistent")]
    if not lines or not named:
        return None
    file = f"{task.script}.py"
    return any(place.line in lines and Path(place.path or "").name == file for place in named[0].places)


def _failed(report: Report, level: str) -> tuple[str, ...]:
    return tuple(o.code for o in report.outcomes if o.status == "failed" and o.level == level)


def done(task: Task, recordings: Path, timeout: float, judge_only: bool) -> Result | None:
    """Record (what is not there yet) and judge one run; None where nothing can be said, which is printed."""
    folder = recordings / task.name
    try:
        if not (folder / "seconds").exists():
            if judge_only:
                return None
            record(task, folder, timeout)
        return judge(task, folder)
    except Exception as error:  # one run that cannot be judged does not end the others
        print(f"none {task.name}: {type(error).__name__}: {error}", flush=True)
        return None


def results_of(work: Sequence[Task], run: partial[Result | None], jobs: int) -> Iterator[Result | None]:
    """The results of all tasks, as many at a time as there are jobs."""
    if jobs == 1:
        yield from map(run, work)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        yield from pool.map(run, work)


def main() -> None:
    """Do what is missing; say what each run was diagnosed as."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS / "diagnosis.jsonl")
    parser.add_argument("--recordings", type=Path, default=RECORDINGS)
    parser.add_argument("--seeds", type=int, help="the whole: so many runs of each fault, in every dose")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="a part of the run's name: set+script+cause+variant+seed")
    parser.add_argument("--first", type=int, default=None, help="only so many runs")
    parser.add_argument("--minutes", type=float, default=1e9, help="start no run after so many minutes")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds that one run may take")
    parser.add_argument("--judge-only", action="store_true")
    options = parser.parse_args()
    if options.judge_only:
        options.results.unlink(missing_ok=True)
    there = {result.key for result in load(options.results)}
    work = [t for t in tasks(options.seeds or 1, quick=options.seeds is None) if options.only in t.name]
    work = [t for t in work if t.key not in there][: options.first]
    run = partial(done, recordings=options.recordings, timeout=options.timeout, judge_only=options.judge_only)
    until = time.monotonic() + 60 * options.minutes
    for start in range(0, len(work), PORTION * options.jobs):
        if time.monotonic() > until:
            break
        for result in results_of(work[start : start + PORTION * options.jobs], run, options.jobs):
            if result is not None:
                append(options.results, result)
                first = result.answer[0] if result.answer else f"({result.verdict})"
                mark = "ok  " if first in result.right else "miss"
                print(f"{mark} {result.script} {result.cause} {result.variant}: {first}", flush=True)


if __name__ == "__main__":
    main()
