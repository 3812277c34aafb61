"""From a report and its recording to changed files: each proved cause is handed to the kinds of edit that put it right."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx.core.recording import Recording
from traindx.core.report import Diagnosis, Report
from traindx.remedy import kinds
from traindx.remedy.case import Case, Sources
from traindx.remedy.command import changed_command
from traindx.remedy.edit import Changed, Edit, make
from traindx.remedy.settings import SetAnew, changed_settings, set_anew, settings_files

Maker = Callable[[Case], Sequence[Edit]]


@dataclass(frozen=True)
class Remedy:
    """The changed scripts, the causes that they put right, and those that no edit does, with why.

    `command` is the changed command, empty where its settings stay.
    """

    changed: tuple[Changed, ...]
    causes: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    command: tuple[str, ...] = ()

    @property
    def diff(self) -> str:
        """All changes as one unified diff."""
        return "".join(changed.diff() for changed in self.changed)


def propose(report: Report, recording: Recording, cwd: Path) -> Remedy:
    """What is proved, by what was seen or by a trial, as edits of the scripts in `cwd` that the recording names.

    A number that no script holds is looked for in the settings files that the command or the scripts name. Where an edit is not
    certain none is made; the words of the diagnosis' fix are left. Raises `TraindxError` if an edited
    script is no Python.
    """
    since = float(recording.run.get("started") or "inf")
    sources, makers = Sources(cwd, since), makers_by_cause()
    edits: list[Edit] = []
    settings: list[SetAnew] = []
    causes, left = [], []
    proved = [d for d in report.diagnoses if is_proved(d)]
    asked = tuple(recording.run.get("command", ()))
    command, set_there = changed_command(asked, proved)
    for diagnosis in proved:
        if diagnosis.cause in set_there:
            causes.append(diagnosis.cause)
            continue
        case = Case(diagnosis, recording, sources)
        found = [edit for maker in makers.get(diagnosis.cause, ()) for edit in maker(case)]
        files = settings_files(asked, case.scripts, cwd) if not found else ()
        set_in_files = set_anew(diagnosis, recording, files, since)
        if found or set_in_files:
            causes.append(diagnosis.cause)
            edits += found
            settings += set_in_files
        else:
            words = diagnosis.fix.words if diagnosis.fix else diagnosis.summary
            later = ", ".join(sources.changed)
            left.append(
                (diagnosis.cause, f"{later} was changed after it was recorded: record it again" if later else words)
            )
    return Remedy(
        (*make(edits), *changed_settings(settings, cwd.resolve())),
        tuple(causes),
        tuple(left),
        command if set_there else (),
    )


def is_proved(diagnosis: Diagnosis) -> bool:
    """Whether a diagnosis is more than likely: what was seen proves it, or a trial has confirmed it."""
    confirmed = diagnosis.trial is not None and diagnosis.trial.verdict == "confirmed"
    refuted = diagnosis.trial is not None and diagnosis.trial.verdict == "refuted"
    return confirmed or (diagnosis.status == "proved" and not refuted)


def makers_by_cause() -> dict[str, list[Maker]]:
    """The kinds of edit by the cause that they put right, found by walking their package."""
    found: dict[str, list[Maker]] = {}
    for info in pkgutil.iter_modules(kinds.__path__, kinds.__name__ + "."):
        module = importlib.import_module(info.name)
        for cause in module.CAUSES:
            found.setdefault(cause, []).append(module.edits)
    return found
