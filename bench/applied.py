"""Is a faulty program right again after `--apply`? Each fault of `programs` is diagnosed, changed, and run to its end.

    YOLO_DATA=BCCD/data.yaml SIGN_DIGITS=FOLDER python bench/applied.py       # one after the other, what is missing in the results
    python bench/applied.py --minutes 2                                       # time for the trials of one program
    python bench/applied.py --report                                          # only the table

A program is right again if the changed script comes to at least 95 % of its healthy twin's metric of validation, as both print it
(of the fall of what is printed where less is better; of the fall of the training loss where neither prints a metric), under the
same seed. What is proved by what was seen is changed at once; where nothing is, the open diagnoses are tried first, as
`traindx prove RUN --apply` does. Recordings of bench/run.py are used again. Results: bench/results/applied.jsonl and applied.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import time
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from result import RESULTS
from tasks import Task, faulty_programs
from traindx.core.recording import Recording
from traindx.core.report import Report
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.recorder.launch import run_command
from traindx.remedy.edit import Changed
from traindx.remedy.propose import Remedy, is_proved, propose
from traindx.trial import prove
from traindx.trial.learning import curve, end_of, start_of
from traindx.trial.swept_rate import with_swept_rate
from zoo import ONE_CORE, SCRIPTS, SHARED, run_script, script

RECORDINGS = Path(__file__).parent / "recordings"
FILE = RESULTS / "applied.jsonl"
ENOUGH = 0.95
HIGHER = re.compile(r"(?:accuracy|mIoU|IoU|mAP\w*|right|AUC|boxes above 0\.5)\W+(\d+(?:\.\d+)?)", re.IGNORECASE)
LOWER = re.compile(r"validation (?:MSE|loss|error)\W+(\d+(?:\.\d+)?)", re.IGNORECASE)


@dataclass(frozen=True)
class Applied:
    """One program. `named` are the causes proved, `changed` those that an edit puts right; `metric` says what is compared.

    `faulty`, `fixed` and `healthy` are its values; `share` is how much of the healthy twin's is reached; `tried`: by
    trials; `same`: the changed script is the healthy one to the letter, so that its run is the twin's.
    """

    script: str
    fault: str
    cause: str
    named: tuple[str, ...]
    changed: tuple[str, ...]
    metric: str = ""
    faulty: float | None = None
    fixed: float | None = None
    healthy: float | None = None
    share: float | None = None
    tried: bool = False
    same: bool = False
    status: int | None = None
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        """Whether the program is right again."""
        return self.share is not None and self.share >= ENOUGH


def main() -> None:
    """Run what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--work", type=Path, default=RECORDINGS / "applied")
    parser.add_argument("--only", default="", help="a part of a program's name")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    done = {(row.script, row.fault) for row in load()}
    left = [t for t in faulty_programs(1) if (t.script, t.variant) not in done and options.only in t.name]
    left.sort(key=lambda t: (not (RECORDINGS / t.name / "seconds").exists(), zlib.crc32(t.name.encode())))
    for task in [] if options.report else left:
        try:
            row = applied(task, options.work, options.minutes)
        except (OSError, TraindxError, ValueError) as error:
            print(f"none {task.name}: {error}", flush=True)
            continue
        with FILE.open("a") as file:
            file.write(json.dumps(asdict(row)) + "\n")
        print(
            f"{task.script} {task.variant}: {row.changed or 'no change'} {row.metric} {row.fixed} of {row.healthy}",
            flush=True,
        )
    (RESULTS / "applied.md").write_text(table(load()))


def applied(task: Task, work: Path, minutes: float) -> Applied:
    """Diagnose, change and run one program."""
    began = time.monotonic()
    recorded = _recorded(task.name, task.script, task.text(), work)
    report, remedy, tried = _remedy(recorded, minutes, work)
    named = tuple(d.cause for d in report.diagnoses if is_proved(d))
    row = Applied(task.script, task.variant, task.cause, named, remedy.causes, tried=tried)
    if not remedy.changed:
        return Applied(**{**vars(row), "seconds": time.monotonic() - began})
    own = next((c for c in remedy.changed if c.script.file.name == f"{task.script}.py"), None)
    text = own.text if own is not None else task.text()
    others = [c for c in remedy.changed if c is not own]
    twin = _twin(task, work)
    same = not others and text == (SCRIPTS / f"{task.script}.py").read_text()
    folder = twin if same else _changed(task, text, others, work)
    status = int((folder / "seconds").read_text().split()[1])
    metric, values = compare(recorded, folder, twin)
    share = values[3]
    more = {
        "metric": metric,
        "faulty": values[0],
        "fixed": values[1],
        "healthy": values[2],
        "share": share,
        "same": same,
        "status": status,
    }
    return Applied(**{**vars(row), **more, "seconds": time.monotonic() - began})


def _changed(task: Task, text: str, others: list[Changed], work: Path) -> Path:
    """The changed script run to its end, beside the modules that were changed with it."""
    folder = _fresh(work / f"{task.name}+fixed")
    for shared in SHARED:
        shutil.copy(SCRIPTS / f"{shared}.py", folder)
    path = folder / f"{task.script}.py"
    for file, words in [(path, text), *((folder / c.script.file.name, c.text) for c in others)]:
        file.write_text(words)
    began, command = time.monotonic(), (*script(path).starter, path.name)
    env = {**os.environ, **ONE_CORE}
    with (folder / "recording.txt").open("wb") as output:
        done = run_command(
            command, folder / "recording", seed=task.seed, cwd=folder, env=env, stdout=output, timeout=600
        )
    (folder / "seconds").write_text(f"{time.monotonic() - began:.1f} {done.exit_status}")
    return folder


def _remedy(recorded: Path, minutes: float, work: Path) -> tuple[Report, Remedy, bool]:
    """What `--apply` would change: at once what is proved, else what a trial proves."""
    run = recorded / "recording"
    report, recording = diagnose(run), Recording.load(run)
    open_ones = [d for d in report.diagnoses if d.status == "consistent" and d.cause != report.verdict]
    tried = report.verdict != "healthy" and bool(open_ones) and not any(is_proved(d) for d in report.diagnoses)
    if tried:
        report = prove(run, minutes=minutes, seeds=(0,), scratch=work / "proofs")
        scratch = Path(str(report.meta["scratch"]))
        report = with_swept_rate(report, recording, recording.run["command"], recorded, scratch, minutes=minutes)
    return report, propose(report, recording, recorded), tried


def compare(
    faulty: Path, fixed: Path, healthy: Path
) -> tuple[str, tuple[float | None, float | None, float | None, float | None]]:
    """What is compared, its value in the three runs, and the share of the healthy one's that the fixed one reaches."""
    folders = (faulty, fixed, healthy)
    for name, pattern in (("metric", HIGHER), ("error", LOWER)):
        values = [_printed(folder, pattern) for folder in folders]
        if values[2] is None or values[1] is None:
            continue
        if name == "metric" and values[2] > 0:
            return name, (values[0], values[1], values[2], values[1] / values[2])
        start = _start(healthy)
        if start is not None and start > values[2]:
            return name, (values[0], values[1], values[2], (start - values[1]) / (start - values[2]))
    losses = [_end(folder) for folder in folders]
    start = _start(healthy)
    if start is None or losses[1] is None or losses[2] is None or start <= losses[2]:
        return "loss", (losses[0], losses[1], losses[2], None)
    return "loss", (losses[0], losses[1], losses[2], (start - losses[1]) / (start - losses[2]))


def _printed(folder: Path, pattern: re.Pattern[str]) -> float | None:
    output = folder / "recording.txt"
    found = pattern.findall(output.read_text(errors="replace")) if output.exists() else []
    return float(found[-1]) if found else None


def _start(folder: Path) -> float | None:
    steps, loss = curve(Recording.load(folder / "recording"))
    return start_of(steps, loss) if len(loss) else None


def _end(folder: Path) -> float | None:
    try:
        steps, loss = curve(Recording.load(folder / "recording"))
    except TraindxError:
        return None
    return end_of(steps, loss) if len(loss) else None


def _twin(task: Task, work: Path) -> Path:
    """The healthy script's run under the same seed."""
    text = (SCRIPTS / f"{task.script}.py").read_text()
    return _recorded(f"healthy+{task.script}+healthy+as-is+{task.seed}", task.script, text, work)


def _recorded(name: str, script: str, text: str, work: Path) -> Path:
    """The run of that name: one of bench/run.py with this very text, or one that is made here."""
    for folder in (RECORDINGS / name, work / name):
        file = folder / f"{script}.py"
        if (folder / "seconds").exists() and file.exists() and file.read_text() == text:
            return folder
    folder = _fresh(work / name)
    began = time.monotonic()
    status = run_script(script, folder, 0, text=text, timeout=600)
    (folder / "seconds").write_text(f"{time.monotonic() - began:.1f} {status}")
    return folder


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def load() -> list[Applied]:
    """The results so far."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    rows = [json.loads(line) for line in lines]
    return [Applied(**{**row, "named": tuple(row["named"]), "changed": tuple(row["changed"])}) for row in rows]


def table(rows: list[Applied]) -> str:
    """The page of the results."""
    changed = [row for row in rows if row.changed]
    right = sum(row.right for row in rows)
    lines = [
        "# Faulty programs after --apply",
        "",
        "`python bench/applied.py`: each program of `bench/programs` diagnosed, changed and run to its end; what counts as right",
        "stands at the head of that file.",
        "",
        f"- {len(rows)} programs, {len(changed)} changed, {right} right again: {_share(right, len(rows))} of all, "
        f"{_share(right, len(changed))} of those that were changed.",
        f"- {sum(row.same for row in changed)} of them are the healthy script to the letter, whose run is taken for theirs.",
        f"- Where nothing was changed, nothing that an edit puts right was proved ({len(rows) - len(changed)} programs).",
        "",
        "| script | fault | cause | changed for | compared | faulty | fixed | healthy | share | right |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in sorted(rows, key=lambda r: (r.fault, r.script)):
        numbers = " | ".join("" if v is None else f"{v:.3g}" for v in (row.faulty, row.fixed, row.healthy))
        share = "" if row.share is None else f"{row.share:.0%}"
        for_ = ", ".join(row.changed) + (" (by a trial)" if row.changed and row.tried else "")
        told = (
            "yes, to the letter"
            if row.right and row.same
            else "yes"
            if row.right
            else "no"
            if row.changed
            else "no change"
        )
        lines.append(
            f"| {row.script} | {row.fault} | {row.cause} | {for_} | {row.metric} | {numbers} | {share} | {told} |"
        )
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


if __name__ == "__main__":
    main()
