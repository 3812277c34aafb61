"""Runs checks over facts. Each ends passed, failed, skipped (what was missing) or crashed (contained).

A check that yields neither a finding nor a number has not looked at anything, and counts as skipped, not as passed.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from typing import Any

from traindx.core.check import Check, Facts, NotEnough
from traindx.core.finding import Finding, Measured
from traindx.core.report import IGNORED, TOO_SHALLOW, Outcome

DEPTHS = ("labels", "quick", "full")

HOW_TO_GET = {
    "dataset": "needs a dataset; run `traindx check DATA`",
    "replay": "needs a bad step done again; run `traindx replay CAPSULE`",
    "recording": "needs a recording; run `traindx run -- python train.py`",
    "history": "needs a log of epochs; run `traindx diagnose RUN_FOLDER`",
    "setup": "needs the command; run `traindx run -- python train.py`",
    "network": "needs a model; run `traindx check DATA model=yolo11n.yaml` or `model=models.py:build`",
    "machine": "needs the machine that it would run on; run `traindx run -- python train.py`",
    "predictions": "needs predictions; run `traindx check DATA --predictions FILE`",
    "crops": "needs a look at every object; run `traindx check DATA --label-noise`",
    "checkpoint": "needs a checkpoint; run `traindx check last.pt`",
    "augmentation": "needs a look at the augmentation; run `traindx check DATA --augment module:function`",
    "tryouts": "needs a tryout; run `traindx prove RUN --try lr-range`, or `--twins`",
    "agreement": "needs a second annotation; run `traindx compare A B`",
}


def run_checks(
    checks: Iterable[Check],
    facts: Facts,
    *,
    select: Iterable[str] = (),
    ignore: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Outcome]:
    """Run every selected check on the facts that are there.

    `select` holds code prefixes (empty: all), `ignore` maps code prefixes to the reason, which the outcome shows,
    `options` maps a check's name to its keyword-only parameters.
    """
    chosen = tuple(select)
    outcomes = []
    for check in checks:
        if chosen and not check.code.startswith(chosen):
            continue
        reason = next((r for prefix, r in (ignore or {}).items() if check.code.startswith(prefix)), None)
        if reason is not None:
            outcomes.append(_outcome(check, "skipped", reason=f"{IGNORED}{reason or 'no reason given'}"))
            continue
        outcomes.append(_run(check, facts, (options or {}).get(check.name, {})))
    return outcomes


def _run(check: Check, facts: Facts, options: Mapping[str, Any]) -> Outcome:
    missing = [name for name in check.needs if name not in facts]
    if missing:
        return _outcome(check, "skipped", reason=_how_to_get(missing[0], facts))
    try:
        seen = check(facts, **options)
    except NotEnough as too_few:
        return _outcome(check, "skipped", reason=str(too_few))
    except Exception as error:  # one broken check must not take the others with it
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
        return _outcome(check, "crashed", reason=reason)
    findings = tuple(item for item in seen if isinstance(item, Finding))
    measured = tuple(item for item in seen if isinstance(item, Measured))
    if not findings and _too_shallow(check, facts):  # it did not see all that it looks at
        return _outcome(check, "skipped", reason=TOO_SHALLOW[check.depth])
    if not findings and not measured:  # a check that passes says what it measured; this one found nothing to measure
        return _outcome(check, "skipped", reason=f"the {check.needs[0]} holds nothing for it to look at")
    if not findings:
        return _outcome(check, "passed", measured=measured)
    return _outcome(check, "failed", findings=findings, measured=measured, fix=check.fix)


def _how_to_get(fact: str, facts: Facts) -> str:
    """Which fact is missing, and the command that would give it: the run's own, where its settings tell it."""
    words = HOW_TO_GET.get(fact, f"needs {fact}")
    setup = facts.get("setup")
    return words if setup is None or fact != "recording" else words.replace("python train.py", setup.again)


def _too_shallow(check: Check, facts: Facts) -> bool:
    dataset = facts.get("dataset")
    return dataset is not None and DEPTHS.index(dataset.depth) < DEPTHS.index(check.depth)


def _outcome(check: Check, status: Any, **more: Any) -> Outcome:
    return Outcome(code=check.code, name=check.name, level=check.level, summary=check.summary, status=status, **more)
