"""What checks find, for the tests of this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traindx import examine
from traindx.core.check import Check
from traindx.core.finding import Finding
from traindx.core.report import Report
from traindx.scan import ScanOptions


def findings(check: Check, dataset: Any, **facts: Any) -> list[Finding]:
    """What a check finds in a dataset and other facts."""
    return [item for item in check({"dataset": dataset, **facts}) if isinstance(item, Finding)]


def report_of(data: Path) -> Report:
    """All checks on what lies at `data`."""
    return examine.check(data, scanning=ScanOptions(cache=False, workers=1))
