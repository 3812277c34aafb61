"""Are trials right? Causes induced in the benchmark's scripts, each proved beside two wrong ones; and healthy runs.

    YOLO_DATA=BCCD/data.yaml python bench/trials.py --most 20     # the next twenty cases that are not in the results yet
    python bench/trials.py --only 'yolo_bccd+*'                   # those whose SCRIPT+CAUSE+DOSE is like that
    python bench/trials.py --again                                # first those that went wrong, in their place
    python bench/trials.py --report                               # only the page

The recordings are those of `run.py` (bench/recordings); what is missing there is recorded. Of each case it is told which causes
were confirmed, what that cost, and whether the best run with the confirmed cause undone learned as much as the healthy script
does in as many steps. Beside it, with as many arms on the same run: AUTOTRAINER's ladder of repairs
(`peer_rules/autotrainer.py` says what it detects), and treatments drawn at random.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import random
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from ladder import POOL, REPAIRS
from peer_rules import autotrainer
from result import HEALTHY, RESULTS
from run import RECORDINGS, record
from tasks import Task, healthy, induced
from traindx.causes import all_causes
from traindx.core.cause import Cause
from traindx.core.recording import Recording
from traindx.core.report import Report, Trial
from traindx.core.treatment import Treatment
from traindx.errors import TraindxError
from traindx.examine import diagnose
from traindx.trial import prove
from traindx.trial.arms import Done, Order, run_arm
from traindx.trial.evidence import evidence_of_recording
from traindx.trial.learning import learned
from traindx.trial.symptom import symptom_codes, until, visible_after
from trials_page import written
from zoo import ONE_CORE

FILE = RESULTS / "trials.jsonl"
WRONG = 2
"""Wrong causes that are tried beside the right one."""

BLIND = ("detected", "ladder", "ladder_arms", "random", "random_arms")
"""What a line says of blind repairs: it stays where a case is tried again without them (`--blind 0`)."""

ENOUGH = 0.95
"""Share of what the healthy script learns in as many steps from which a run counts as mended."""


@dataclass(frozen=True)
class Case:
    """A recording of run.py's: the script, what was put in (`healthy`: nothing), how much of it, the seed."""

    script: str
    cause: str
    dose: str
    seed: int

    @property
    def folder(self) -> Path:
        """The recording's folder."""
        kind = HEALTHY if self.cause == HEALTHY else "induced"
        return RECORDINGS / f"{kind}+{self.script}+{self.cause}+{self.dose}+{self.seed}"


def cases() -> list[Task]:
    """All that can be put in, and every script as it is, in no order: a part is like the whole."""
    scripts = takewhile(lambda task: task.seed == 0, healthy())
    found = [*induced(1), *(task for task in scripts if task.variant == "as-is")]
    return sorted(found, key=lambda task: zlib.crc32(task.name.encode()))


def ready(task: Task, most_seconds: float, timeout: float) -> Case | None:
    """The case of a task, recorded if need be with its healthy twin; None where it takes longer than so long, or does no harm."""
    case = Case(task.script, task.cause, task.variant, task.seed)
    twin = next(t for t in healthy() if t.script == task.script and t.variant == "as-is" and t.seed == task.seed)
    for one in (twin, task):
        if not (RECORDINGS / one.name / "seconds").exists():
            record(one, RECORDINGS / one.name, timeout)
    if float((case.folder / "seconds").read_text().split()[0]) > most_seconds:
        return None
    return case if task.cause == HEALTHY or hurts(case) else None


def candidates(case: Case, report: Report) -> list[str]:
    """The right cause, and the most probable wrong ones that another treatment undoes and that a recording can show."""
    shown = {task.cause for task in induced(1)}
    causes = {c.slug: c for c in all_causes() if c.undo is not None and c.slug in shown}
    right = causes.get(case.cause)
    ranked = [d.cause for d in report.diagnoses if d.cause in causes and d.cause != case.cause]
    chosen: list[Cause] = [] if right is None else [right]
    for slug in [*ranked, *sorted(causes, key=lambda s: zlib.crc32(f"{case.script}{s}".encode()))]:
        cause = causes[slug]
        if all(cause.undo and c.undo and cause.undo.name != c.undo.name for c in chosen):
            chosen.append(cause)
    return [cause.slug for cause in chosen][: WRONG + (right is not None)]


def tried(case: Case, minutes: float, seeds: int, jobs: int, most_blind: int) -> dict[str, object]:
    """One case, as a line of the results."""
    report = diagnose(case.folder / "recording")
    named = candidates(case, report)
    with tempfile.TemporaryDirectory(prefix="traindx-trials-") as scratch:
        run = seeded(case, Path(scratch) / "run")
        began = time.monotonic()
        proof = prove(run, named, minutes=minutes, seeds=range(seeds), scratch=Path(scratch), jobs=jobs)
        seconds = time.monotonic() - began
        trials = {d.cause: d.trial for d in proof.diagnoses if d.trial is not None}
        home = Path(str(proof.meta["scratch"]))
        right = trials.get(case.cause)
        line: dict[str, object] = {
            **asdict(case),
            "candidates": named,
            "verdicts": {slug: trial.verdict for slug, trial in trials.items()},
            "sentences": {slug: trial.sentence for slug, trial in trials.items()},
            "effects": {slug: [trial.effect, trial.interval, trial.measured_on] for slug, trial in trials.items()},
            "seconds": round(seconds, 1),
            "arms": len(list(home.glob("*/arm.json"))),
            "cost": None if right is None else cost(case, right, home),
            "seen": right is not None and any(arm.symptom for arm in right.arms if arm.name == "control"),
        }
        twin = healthy_twin(case, max(arm.steps for arm in right.arms)) if right is not None else None
        if right is None or twin is None:
            return line
        cured = [a for a in right.arms if a.name == "undone" and a.learned is not None]
        ours = max((a.learned or 0.0 for a in cured), default=0.0) if right.verdict == "confirmed" else 0.0
        line |= {"twin": twin, "ours": ours}
        undone = sum(not f.parent.name.startswith("control") for f in home.glob("*/arm.json"))
        arms = min(undone, most_blind)
        return line | (blind(case, right, arms, Path(scratch)) if arms else {})


def cost(case: Case, trial: Trial, home: Path) -> float | None:
    """Seconds of all arms with the right cause undone, other doses too, over those until the symptom was visible."""
    arms = [json.loads(f.read_text())["kept"]["seconds"] for f in home.glob(f"{case.cause}-*/arm.json")]
    control = next((a for a in trial.arms if a.name == "control" and a.recording), None)
    cause = next(c for c in all_causes() if c.slug == case.cause)
    if control is None or not arms:
        return None
    recording = Recording.load(str(control.recording))
    visible = visible_after({"recording": recording}, symptom_codes(cause))
    if visible is None:
        return None
    times = recording.time[recording.step < visible]
    return round(sum(arms) / (control.seconds - float(recording.time[-1]) + float(times[-1])), 2)


def seeded(case: Case, copy: Path) -> Path:
    """The recording, with the seed that run.py gave it said: a control of that seed goes the same way."""
    shutil.copytree(case.folder / "recording", copy)
    said = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**said, "seed": case.seed}))
    return copy


def healthy_twin(case: Case, steps: int) -> float | None:
    """What the healthy script learns in so many steps; None where it was not recorded."""
    recorded = RECORDINGS / f"{HEALTHY}+{case.script}+{HEALTHY}+as-is+{case.seed}" / "recording"
    return learned(until(Recording.load(recorded), steps)) if (recorded / "run.json").exists() else None


def hurts(case: Case) -> bool:
    """Whether what was put in keeps the run from learning what the healthy script does: some networks mind nothing."""
    recording = Recording.load(case.folder / "recording")
    twin = healthy_twin(case, int(recording.step[-1]) + 1) if len(recording.step) else None
    return twin is not None and (learned(recording) or 0.0) < ENOUGH * twin


def blind(case: Case, trial: Trial, arms: int, scratch: Path) -> dict[str, object]:
    """What the ladder and random treatments reach with so many arms: the most that a run learned which they would accept."""
    bench = evidence_of_recording(case.folder / "recording", scratch / "blind", time.monotonic() + 3600).bench
    steps = max(arm.steps for arm in trial.arms)

    def run(name: str, treatments: Sequence[Treatment]) -> Done | None:
        order = Order("undone", case.seed, steps, of=name, treatments=tuple(treatments))
        try:
            return run_arm(bench, order, 300)
        except TraindxError:
            return None

    recording = Recording.load(case.folder / "recording")
    detected = list(autotrainer.fired(recording))
    climbed = [run("ladder", (t,)) for t in list(_rungs(detected))[:arms]]
    accepted = [
        d for d in climbed if d is not None and d.run.recording and not list(autotrainer.fired(d.run.recording))
    ]
    drawn = random.Random(case.folder.name).sample(POOL, arms)
    return {
        "detected": detected,
        "ladder": _most(accepted[:1]),
        "ladder_arms": len(climbed),
        "random": _most([d for d in (run("random", (t,)) for t in drawn) if d is not None]),
        "random_arms": arms,
    }


def _rungs(detected: Sequence[str]) -> Iterator[Treatment]:
    for problem in detected:
        yield from REPAIRS.get(problem, ())


def _most(done: Sequence[Done]) -> float:
    shares = [learned(d.run.recording) for d in done if d.run.recording is not None and not d.run.failed]
    return max((share for share in shares if share is not None), default=0.0)


def lines() -> list[dict[str, Any]]:
    """All results so far."""
    return [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []


def key(line: dict[str, Any]) -> tuple[str, str, str, int]:
    """What tells one case from another."""
    return line["script"], line["cause"], line["dose"], line["seed"]


def main() -> None:
    """Try what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=20, help="cases to try now")
    parser.add_argument("--minutes", type=float, default=8.0, help="time for the trials of a case")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--blind", type=int, default=6, help="runs that the ladder and the random treatments get at most"
    )
    parser.add_argument("--until", help="no further case is begun after this time, HH:MM")
    parser.add_argument("--most-seconds", type=float, default=300.0, help="longest recorded run that becomes a case")
    parser.add_argument("--only", default="*", help="SCRIPT+CAUSE+DOSE is like this, with * and ?")
    parser.add_argument(
        "--again", action="store_true", help="cases with a right cause not confirmed, or a wrong one confirmed, first"
    )
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    os.environ.update(ONE_CORE)
    before = {key(x): x for x in lines()}
    poor = {
        k
        for k, x in before.items()
        if not all((v == "confirmed") == (c == x["cause"]) for c, v in x["verdicts"].items())
    }
    left = [t for t in cases() if fnmatch.fnmatch(f"{t.script}+{t.cause}+{t.variant}", options.only)]
    left = [t for t in left if t.key[1:] not in before or (options.again and t.key[1:] in poor)]
    for task in [] if options.report else sorted(left, key=lambda t: t.key[1:] not in poor)[: options.most]:
        if options.until and time.strftime("%H:%M") >= options.until:
            break
        try:
            case = ready(task, options.most_seconds, 60 * options.minutes)
            if case is None:
                print(f"none {task.name}: too long, or harmless", flush=True)
                continue
            line = tried(case, options.minutes, options.seeds, options.jobs, options.blind)
        except TraindxError as error:
            print(f"none {task.name}: {error}", flush=True)
            continue
        found = {key(x): x for x in lines()}
        blind_ones = {k: v for k, v in found.get(key(line), {}).items() if k in BLIND}
        known = found | {key(line): blind_ones | line}
        FILE.write_text("".join(json.dumps(x) + "\n" for x in known.values()))
        print(task.name, line["verdicts"], line["cost"], line["seconds"], flush=True)
    (RESULTS / "trials.md").write_text(written(lines(), ENOUGH))


if __name__ == "__main__":
    main()
