"""The factor by which a trial found the learning rate to be off."""

from __future__ import annotations

import re

from traindx.core.report import Diagnosis

FACTOR = re.compile(r"learning rate × ([\d.e+-]+)")


def factor_of(diagnosis: Diagnosis) -> float | None:
    """The factor of the confirmed trial; None without one."""
    trial = diagnosis.trial
    found = FACTOR.search(trial.treatment) if trial is not None and trial.verdict == "confirmed" else None
    return float(found[1]) if found else None
