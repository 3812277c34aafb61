"""The report as SARIF 2.1.0, for code scanning: rules from the checks, results from the findings.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any
from urllib.parse import quote

from traindx.core.finding import Finding
from traindx.core.report import Outcome, Report
from traindx.render.location import file_of, is_absolute
from traindx.render.wording import clean, family, one_line, verdict, version

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "traindx/v1"


def sarif(report: Report) -> str:
    """One run. Every check is a rule, also those that passed; a finding without a file is put at what was examined."""
    rules = {outcome.code: i for i, outcome in enumerate(report.outcomes)}
    seen: Counter[str] = Counter()
    results = [_result(report, outcome, finding, rules, seen) for outcome, finding in report.findings()]
    crashed = [o for o in report.outcomes if o.status == "crashed"]
    made_by = version(report)
    word, sentence = verdict(report)
    run = {
        "tool": {
            "driver": {
                "name": "traindx",
                **({"version": made_by} if made_by else {}),
                "rules": [_rule(outcome) for outcome in report.outcomes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": "error" not in report.meta,  # what could not be examined
                "toolExecutionNotifications": [_notification(o, rules) for o in crashed],
            }
        ],
        "results": results,
        "properties": {"verdict": word.lower(), "sentence": sentence},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, allow_nan=False) + "\n"


def _rule(outcome: Outcome) -> dict[str, Any]:
    words = one_line(outcome.summary) or one_line(outcome.name).replace("-", " ")
    return {
        "id": outcome.code,
        "name": one_line(outcome.name),
        "shortDescription": {"text": words},
        "fullDescription": {"text": words},
        "help": {"text": f"{one_line(outcome.fix) or words.rstrip('.') + '.'} Read more: traindx rule {outcome.code}"},
        "defaultConfiguration": {"level": outcome.level},
        "properties": {"tags": [family(outcome.code).lower(), *map(one_line, outcome.causes)]},
    }


def _result(
    report: Report, outcome: Outcome, finding: Finding, rules: dict[str, int], seen: Counter[str]
) -> dict[str, Any]:
    words = one_line(finding.message) + (f" Fix: {one_line(finding.fix)}" if finding.fix else "")
    mark = _fingerprint(report, outcome, finding)
    seen[mark] += 1
    return {
        "ruleId": outcome.code,
        "ruleIndex": rules[outcome.code],
        "level": outcome.level,
        "message": {"text": words},
        "locations": [_location(report, outcome, finding)],
        "partialFingerprints": {FINGERPRINT: f"{mark}:{seen[mark]}"},
    }


def _fingerprint(report: Report, outcome: Outcome, finding: Finding) -> str:
    """The same for the same fault in the next run: without the line, which moves when the file is edited."""
    place = finding.place
    parts = (outcome.code, file_of(report, outcome, finding), place.layer, place.parameter, place.setting)
    text = "\0".join(clean(part or "") for part in (*parts, finding.message))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _location(report: Report, outcome: Outcome, finding: Finding) -> dict[str, Any]:
    file = file_of(report, outcome, finding) or _examined(report)
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file)}}
    if finding.place.line is not None and finding.place.path:
        physical["region"] = {"startLine": max(finding.place.line, 1)}
    location: dict[str, Any] = {"physicalLocation": physical}
    named = [(kind, value) for kind in ("layer", "parameter", "setting") if (value := getattr(finding.place, kind))]
    if named:
        location["logicalLocations"] = [{"fullyQualifiedName": clean(value), "kind": kind} for kind, value in named]
    return location


def _examined(report: Report) -> str:
    """What the report is about: GitHub refuses a result that has no file at all."""
    return str(report.meta.get("data") or report.meta.get("run") or ".").replace("\\", "/")


def _uri(path: str) -> str:
    written = quote(clean(path), safe="/")
    return f"file:///{written.lstrip('/')}" if is_absolute(path) else written


def _notification(outcome: Outcome, rules: dict[str, int]) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": one_line(outcome.reason) or "crashed"},
        "associatedRule": {"id": outcome.code, "index": rules[outcome.code]},
    }
