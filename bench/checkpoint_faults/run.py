"""Plants faults in checkpoints, and examines them and healthy ones: is the fault named, at its place, and nothing else?

    python -m bench.checkpoint_faults.run [NAME ...]

Writes `bench/results/checkpoints.md` when all were run.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from bench.checkpoint_faults.faults import FAULTS, Fault
from bench.checkpoint_faults.healthy import HEALTHY, Writer

from traindx import examine
from traindx.core.report import Report

RESULTS = Path(__file__).parent.parent / "results" / "checkpoints.md"
ALONGSIDE = {
    ("kernel_of_one_value", "S230"),
    ("optimizer_alone", "S211"),
    ("state_dict_not_called", "S211"),
    ("shell_command", "S240"), ("evaluated_text", "S240"), ("run_that_diverged", "S222"),
    ("run_that_diverged", "S230"), ("schedule_without_optimizer", "S211"), ("average_with_the_old_head", "S230"),
    ("momentum_of_zero", "S230"), ("names_twice", "S233"), ("empty_file", "S207"), ("average_of_another_model", "S230"),
    ("trained_in_evaluation_mode", "S223"),
}  # fmt: skip
"""Further checks that a fault fails by itself."""


class Judged(NamedTuple):
    """What became of one file: what should have been named, what was, and the processor time of the whole examination."""

    name: str
    wanted: str
    named: str
    right: bool
    seconds: float
    size: float


def main() -> int:
    """Run what is named, or all; the status is the number of files judged wrongly."""
    chosen = set(sys.argv[1:])
    faults = [f for f in FAULTS if not chosen or f.name in chosen]
    writers = [w for w in HEALTHY if not chosen or w.__name__ in chosen]
    judged = []
    for one in chain(map(planted, faults), *map(healthy, writers)):
        judged.append(one)
        word = "ok   " if one.right else "WRONG"
        print(f"{word} {one.name}: wanted {one.wanted}, named {one.named} ({one.seconds:.2f} s)", file=sys.stderr)
    if not chosen:
        RESULTS.write_text(page(judged), encoding="utf-8")
    return sum(not one.right for one in judged)


def planted(fault: Fault) -> Judged:
    """Whether the check that should fail does, at its place, and no other error or warning stands beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = fault.write(Path(folder))
        report, seconds, size = examined(path)
    found = {o.code: [f"{f.place} {f.message}" for f in o.findings] for o in report.outcomes if o.status == "failed"}
    texts = " ".join(found.get(fault.code, []))
    placed = any(word in texts for word in fault.place.split("|"))
    serious = {o.code for o in report.outcomes if o.status == "failed" and o.level != "note"} - {fault.code}
    others = {code for code in serious if (fault.name, code) not in ALONGSIDE}
    named = ", ".join(sorted(found)) or "nothing"
    return Judged(fault.name, f"{fault.code} {fault.place}", named, placed and not others, seconds, size)


def healthy(writer: Writer) -> Iterator[Judged]:
    """Whether nothing but notes is said of each file."""
    with tempfile.TemporaryDirectory() as folder:
        for path in writer(Path(folder)):
            report, seconds, size = examined(path)
            found = sorted(o.code for o in report.outcomes if o.status == "failed" and o.level != "note")
            found += sorted(f"{o.code} crashed" for o in report.outcomes if o.status == "crashed")
            right = not found and report.verdict == "healthy"
            yield Judged(
                f"{writer.__name__} {path.name}", "nothing", ", ".join(found) or "nothing", right, seconds, size
            )


def examined(path: Path) -> tuple[Report, float, float]:
    """The report, the processor time it took in seconds, the size in megabytes."""
    started = time.process_time()
    report = examine.check(path)
    size = path.stat().st_size if path.is_file() else sum(p.stat().st_size for p in path.rglob("*"))
    return report, time.process_time() - started, size / 1e6


def page(judged: list[Judged]) -> str:
    """The results as a page."""
    faulty = [j for j in judged if j.wanted != "nothing"]
    well = [j for j in judged if j.wanted == "nothing"]
    largest = max(well, key=lambda j: j.size)
    lines = [
        "# Planted faults in checkpoints",
        "",
        "Made by `python -m bench.checkpoint_faults.run`. A fault counts as found when its check fails at the planted place and no",
        "other error or warning is said; a healthy file counts as right when nothing but notes is said.",
        "",
        f"- planted faults found: {sum(j.right for j in faulty)} of {len(faulty)}",
        f"- healthy files without an error or warning: {sum(j.right for j in well)} of {len(well)}",
        f"- largest file: {largest.size:.0f} MB in {largest.seconds:.2f} s of processor time, with all checks",
        "",
        "What it does not show: networks are small, and each fault is alone in its file. The faults were written by those who",
        "wrote the checks.",
        "",
        "| file | wanted | named | right | MB | s |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *map(row, judged)]) + "\n"


def row(one: Judged) -> str:
    """One line of the table."""
    right = "yes" if one.right else "NO"
    return f"| {one.name} | {one.wanted.replace('|', ' or ')} | {one.named} | {right} | {one.size:.2f} | {one.seconds:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
