"""Says of each finding whether it can be repaired, and by which command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from traindx.core.dataset import Dataset
from traindx.core.finding import Finding
from traindx.core.report import Outcome
from traindx.repair.plan import Plan, plan

FIXABLE = frozenset(
    (
        "D101",
        "D201",
        "D203",
        "D204",
        "D205",
        "D206",
        "D207",
        "D208",
        "D209",
        "D210",
        "D213",
        "D215",
        "D216",
        "D217",
        "D238",
    )
)
"""Checks whose findings may have a repair."""

ALSO = {
    "D205": {"D204"},
    "D216": {"D204"},
    "D206": {"D213"},
    "D210": {"D207", "D208", "D213"},
    "D238": {"D207", "D208", "D213"},
}
"""A repair for the first code ends the findings of the others at the same row."""


def with_fixes(outcomes: Sequence[Outcome], dataset: Dataset, data: str) -> tuple[list[Outcome], dict[str, Any]]:
    """The outcomes with a command as `fix` where a finding can be repaired, and the counts `findings`, `fixable`, `safe`.

    `data` is how the user named the dataset. The counts are empty where nothing can be repaired.
    """
    asked = [o for o in outcomes if o.status == "failed" and o.code in FIXABLE]
    if not asked or dataset.task != "detect" or dataset.format == "imagefolder":
        return list(outcomes), {}
    only = {(str(f.place.path), f.place.line or 0) for o in asked for f in o.findings}
    repairs = _Repairs(dataset, plan(dataset, unsafe=True, only=only), plan(dataset, only=only))
    command = f"traindx check {shlex.quote(data)} --fix --diff"
    made, fixable, safe = [], 0, 0
    for outcome in outcomes:
        findings = []
        for finding in outcome.findings:
            is_safe = repairs.safe(outcome.code, finding) if outcome.code in FIXABLE else None
            if is_safe is not None:
                fixable, safe = fixable + 1, safe + is_safe
                finding = replace(finding, fix=finding.fix or (command if is_safe else f"{command} --unsafe-fixes"))
            findings.append(finding)
        made.append(replace(outcome, findings=tuple(findings)))
    if not fixable:
        return list(outcomes), {}
    total = sum(len(o.findings) for o in outcomes if o.code.startswith("D"))
    best = command if safe else f"{command} --unsafe-fixes"
    return made, {"findings": total, "fixable": fixable, "safe": safe, "command": best}


class _Repairs:
    """A plan by place, and the codes that the safe one alone answers there."""

    def __init__(self, dataset: Dataset, planned: Plan, safe: Plan) -> None:
        self._edits = {(edit.path, edit.line): edit for edit in planned.edits}
        self._safe = {(edit.path, edit.line): edit.codes for edit in safe.edits}
        root = f"{dataset.root.rstrip('/')}/"
        self._found = {label.removeprefix(root) for label in planned.found}
        self._left_out = {str(dataset.images.path[i]) for i in planned.left_out}

    def safe(self, code: str, finding: Finding) -> bool | None:
        """Whether the repair of the finding is safe; None if there is none."""
        place = finding.place
        if code == "D201":
            return False if place.path in self._found else None
        if code == "D101":
            return False if place.image in self._left_out else None
        at = (str(place.path), place.line or 0)
        if at not in self._edits or not _answers(self._edits[at].codes, code):
            return None
        return _answers(self._safe.get(at, ()), code)


def _answers(codes: Sequence[str], code: str) -> bool:
    """Whether a repair for these codes ends the finding of that code."""
    return any(code == own or code in ALSO.get(own, ()) for own in codes)
