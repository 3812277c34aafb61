"""Two annotations of the same pictures in, report out."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traindx
from traindx.causes.label_noise import LABEL_NOISE
from traindx.checks import all_checks
from traindx.core.agreement import SAME, Agreement, agreement_of
from traindx.core.compared_overview import compared_overview
from traindx.core.report import Report, Verdict
from traindx.core.runner import run_checks
from traindx.diagnosis import explain
from traindx.errors import TraindxError

if TYPE_CHECKING:
    from traindx.scan import ScanOptions

GOOD = 0.8
"""F1 from which two annotations are said to agree. A guess."""


def compare(
    a: str | Path,
    b: str | Path,
    *,
    scanning: ScanOptions | None = None,
    same: float = SAME,
    least: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    select: Sequence[str] = (),
    ignore: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Report:
    """Compare the annotations of the datasets at `a` and `b`, of any two formats; `same` is the IoU of one object.

    Two annotations that differ are no fault: the verdict is `healthy` from an F1 of `GOOD` on and else `unclear`; it is
    `faulty` (exit status 1) only where `least` is given and F1 is below it. Raises `TraindxError` if they cannot be compared.
    """
    from traindx.scan import scan

    first, second = (scan(path, scanning, progress=progress) for path in (a, b))
    try:
        agreement = agreement_of(first, second, same=same)
    except ValueError as error:
        raise TraindxError(str(error), "", "compare two annotations of the same pictures, for the same task") from error
    checks = [check for check in all_checks() if check.needs == ("agreement",)]
    outcomes = run_checks(checks, {"agreement": agreement}, select=select, ignore=ignore, options=options)
    meta = {
        "traindx": traindx.__version__,
        "python": platform.python_version(),
        "a": str(a),
        "b": str(b),
        "pictures": len(agreement.pictures_a),
        "seconds": round(first.seconds + second.seconds, 2),
    }
    report = explain(outcomes, [LABEL_NOISE], {"agreement": agreement}, meta=meta)
    verdict, sentence = _verdict(agreement, least)
    return replace(
        report, verdict=verdict, meta={**report.meta, "sentence": sentence}, overview=compared_overview(agreement)
    )


def _verdict(agreement: Agreement, least: float | None) -> tuple[Verdict, str]:
    """The verdict and the comparison in one sentence."""
    s = agreement.statistics
    pictures = f"{len(agreement.pictures_a):,} pictures"
    f1 = s.f1[-1]
    if agreement.a.task == "detect":
        m = s.confusion
        counts = f"{int(m[:-1].sum()):,} objects of A and {int(m[:, :-1].sum()):,} of B in {pictures}"
        said = f"F1 {f1}, mean IoU of matched boxes {agreement.iou[-1]:.2f}, over {counts}"
    else:
        said = f"the same class in {f1} of {pictures}, kappa {s.kappa}"
    if f1.value != f1.value:
        return "unclear", f"Unclear: neither has an object in the {pictures} that both have"
    if least is not None and f1.value < least:
        return "faulty", f"Faulty: A and B agree less than {least:g}: {said}"
    if f1.value < GOOD:
        return "unclear", f"Unclear: A and B disagree: {said}"
    return "healthy", f"Healthy: A and B agree: {said}"
