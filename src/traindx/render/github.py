"""The report as GitHub workflow commands: annotations at file and line, the verdict first."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.finding import Finding, Level
from traindx.core.report import Outcome, Report
from traindx.render.digest import LEVEL_ORDER, digest
from traindx.render.location import file_of
from traindx.render.wording import STATUSES, clean, count, one_line, verdict

PER_CHECK = 10
"""Annotations per check. GitHub shows ten errors, ten warnings and ten notices of a step, and drops the rest."""

_KINDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def github(report: Report) -> str:
    """One workflow command per line: the verdict, then findings by level, at most `PER_CHECK` of each check.

    Within a level, what speaks for the first diagnosis comes first, and its title names the cause: GitHub shows the first few.

    Escaping follows the runner: `%`, CR and LF in messages; these and `:` and `,` in properties.
    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    lines = [_verdict(report)]
    failed, causes = [o for o in report.outcomes if o.status == "failed"], _causes(report)
    order = {code: n for n, code in enumerate(causes)}
    for outcome in sorted(failed, key=lambda o: (LEVEL_ORDER[o.level], order.get(o.code, len(order)))):
        lines += _annotations(report, outcome, causes.get(outcome.code, ""))
    return "\n".join(lines) + "\n"


def _causes(report: Report) -> dict[str, str]:
    """The codes that speak for a leading diagnosis, in the order of the diagnoses and of their reasons, and its cause."""
    found: dict[str, str] = {}
    for diagnosis in digest(report).leading:
        for reason in sorted(diagnosis.because, key=lambda r: -r.weight):
            if reason.code is not None and reason.weight > 0:
                found.setdefault(reason.code, diagnosis.cause)
    return found


def _verdict(report: Report) -> str:
    word, sentence = verdict(report)
    causes = ", ".join(f"{one_line(d.cause)} ({STATUSES[d.status]})" for d in digest(report).leading[:3])
    kind = {"faulty": "error", "healthy": "notice", "unclear": "warning"}[report.verdict]
    return _command(kind, {"title": f"traindx: {word.lower()}"}, f"{sentence}\n{causes}" if causes else sentence)


def _annotations(report: Report, outcome: Outcome, cause: str) -> Iterator[str]:
    explained = f" ({cause})" if cause and cause != outcome.name else ""
    title = one_line(f"{outcome.code} {outcome.name}{explained}")
    for finding in outcome.findings[:PER_CHECK]:
        yield _command(_KINDS[outcome.level], _where(report, outcome, finding) | {"title": title}, _words(finding))
    left = len(outcome.findings) - PER_CHECK
    if left > 0:
        words = f"and {count(left, 'more finding')} of {outcome.code}"
        yield _command("notice", {"title": title}, words)


def _where(report: Report, outcome: Outcome, finding: Finding) -> dict[str, str]:
    file = file_of(report, outcome, finding)
    if file is None:
        return {}
    line = {"line": str(finding.place.line)} if finding.place.line is not None else {}
    return {"file": file} | line


def _words(finding: Finding) -> str:
    place = "" if finding.place.path or finding.place.image else one_line(str(finding.place))
    words = f"{place}: {finding.message}" if place else finding.message
    return words + (f"\nFix: {finding.fix}" if finding.fix else "")


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {written}::{_data(message)}"


def _data(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
