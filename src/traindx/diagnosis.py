"""Outcomes and causes in, ranked diagnoses and the verdict out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from traindx.core.cause import Cause
from traindx.core.check import Facts
from traindx.core.report import Outcome, Report


def explain(
    outcomes: Sequence[Outcome], causes: Sequence[Cause], facts: Facts, *, meta: Mapping[str, Any] | None = None
) -> Report:
    """Rank the causes that explain the outcomes, and say healthy or unclear when none does."""
    failed = [o for o in outcomes if o.status == "failed" and o.level == "error"]
    return Report("faulty" if failed else "unclear", (), tuple(outcomes), dict(meta or {}))
