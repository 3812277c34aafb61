"""The demo: a real small training that fails because a fault is put in, then is diagnosed, proved and cured."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx import examine
from traindx.causes import all_causes
from traindx.core.cause import Cause
from traindx.core.recording import Recording
from traindx.core.report import Report
from traindx.core.treatment import Treatment, from_json
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command
from traindx.trial import prove

SCRIPT = "train_digits.py"
NEEDS = {"torch": "torch", "sklearn": "scikit-learn"}
MINUTES = 3.0
"""Time for the trial; it takes about a third of that on two slow cores."""

UNSUITED = frozenset(
    {
        "unscaled-inputs",
        "wrong-normalization",
        "channels-swapped",
        "dead-relu",
        "saturating-activations",
        "frozen-parameters",
        "batchnorm-small-batch",
        "batchnorm-stats-stale",
        "weight-decay-on-norm",
        "batch-too-small",
        "batch-too-large",
    }
)
"""Causes that this training does not show: it has one channel, no norm and no decay, copes with inputs 255 times as large, with
sigmoids, frozen layers and any size of batch, and at its low rate the small slope that takes the place of a dead ReLU does
not revive it within its 270 steps."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Demonstration:
    """What came out: the report after the trial, and the validation accuracy with the fault and with it undone."""

    cause: Cause
    report: Report
    before: float | None
    after: float | None

    @property
    def succeeded(self) -> bool:
        """Whether the cause that was put in is named first and proved."""
        first = next(iter(self.report.diagnoses), None)
        return first is not None and first.cause == self.cause.slug and first.status == "proved"


def causes_for_demo() -> list[Cause]:
    """The causes that can be put into and taken out of the training, and that it shows."""
    movable = [c for c in all_causes() if all(t is not None and t.where == "process" for t in (c.induce, c.undo))]
    return [c for c in movable if c.slug not in UNSUITED]


def demonstrate(slug: str, home: Path, say: Say) -> Demonstration:
    """Run the script in `home` with the cause `slug` put in, diagnose it, prove the diagnosis, and run it cured.

    `say` is called with one line before each step. Raises `TraindxError` if the cause has no demo, torch is missing or
    `home` is somebody else's folder.
    """
    cause = _require_cause(slug)
    fault, cure = _treatments(cause)
    require_packages()
    prepare(home)
    command = (sys.executable, SCRIPT, "--seed", "0")
    say(
        f"1. Training {home / SCRIPT} behind the recorder. The script is unchanged; the fault is put in: {fault.because}."
    )
    faulty = _run(command, home, "faulty", [fault])
    report = examine.diagnose(faulty)
    say(f"2. Diagnosis from the recording alone: {_standing(report)}")
    say("3. Proving it: the same command again, shortly, as it was and with the cause undone, two seeds each.")
    report = prove(faulty, [slug], minutes=MINUTES, scratch=home / "trial", progress=lambda line: say(f"   {line}"))
    both = confirmed_treatments(report, slug) or (fault, cure)
    words = ", then ".join(treatment.because for treatment in both)
    say(f"4. Training again in full, with the fault in force and undone: {words}.")
    cured = _run(command, home, "cured", both)
    return Demonstration(cause, report, final_accuracy(faulty), final_accuracy(cured))


def require_packages() -> None:
    """Raise `TraindxError` if torch or scikit-learn is missing; neither is imported."""
    missing = [package for module, package in NEEDS.items() if importlib.util.find_spec(module) is None]
    if missing:
        hint = 'python -m pip install "traindx[demo]"'
        raise TraindxError(f"the demo trains a network and needs {' and '.join(missing)}", "", hint)


def prepare(home: Path) -> None:
    """Make the demo's folder and put the script there. What an earlier demo left is removed, nothing else.

    Raises `TraindxError` if the folder holds something that is not the demo's, or cannot be written.
    """
    if home.exists() and not (home.is_dir() and ((home / SCRIPT).exists() or not any(home.iterdir()))):
        raise TraindxError(f"{home} exists and is not the demo's", "", "move it, or run the demo in another folder")
    try:
        home.mkdir(parents=True, exist_ok=True)
        for left in ("faulty", "cured", "trial"):
            if (home / left).exists():
                shutil.rmtree(home / left)
        shutil.copyfile(Path(__file__).with_name(SCRIPT), home / SCRIPT)
    except OSError as error:
        raise TraindxError(f"cannot write to {home}: {error.strerror}", "", "run the demo in another folder") from error


def final_accuracy(folder: Path) -> float | None:
    """The accuracy of the last validation in a recording, None if there was none."""
    return next((v.accuracy for v in reversed(Recording.load(folder).validations) if v.accuracy is not None), None)


def confirmed_treatments(report: Report, slug: str) -> tuple[Treatment, ...]:
    """The treatments of an arm with the cause undone whose trial was confirmed: the fault, and the dose that undid it."""
    trial = next((d.trial for d in report.diagnoses if d.cause == slug), None)
    if trial is None or trial.verdict != "confirmed":
        return ()
    folders = [Path(arm.recording) for arm in trial.arms if arm.name == "undone" and arm.recording and not arm.symptom]
    runs = [Recording.load(folder).run for folder in folders]
    return next((from_json(json.dumps(run["treatments"])) for run in runs if run.get("treatments")), ())


def _require_cause(slug: str) -> Cause:
    known = {cause.slug: cause for cause in causes_for_demo()}
    if slug not in known:
        raise TraindxError(f"there is no demo of {slug!r}", "", f"there is one of: {', '.join(known)}")
    return known[slug]


def _treatments(cause: Cause) -> tuple[Treatment, Treatment]:
    if cause.induce is None or cause.undo is None:
        raise ValueError(f"{cause.slug} cannot be put in and taken out")
    return cause.induce, cause.undo


def _run(command: Sequence[str], home: Path, name: str, treatments: Sequence[Treatment]) -> Path:
    folder = home / name
    status = run_command(command, folder.absolute(), treatments=treatments, cwd=home).exit_status
    if status != 0:
        raise TraindxError(
            f"{SCRIPT} ended with status {status}", "the demo needs its training", "see its output above"
        )
    return folder


def _standing(report: Report) -> str:
    open_ = [d for d in report.diagnoses if d.status in ("proved", "consistent")]
    return ", ".join(f"{d.cause} ({d.status}, {d.probability:.0%})" for d in open_[:3]) or report.sentence
