"""The report as JUnit XML, for CI servers: one test case per check, and one for the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from traindx.core.report import Outcome, Report
from traindx.render.digest import digest
from traindx.render.wording import STATUSES, clean, count, family, one_line, percent, verdict


def junit(report: Report) -> str:
    """A suite per family of checks. Findings at level error fail their case; warnings and notes are its output.

    A check that did not run is skipped, one that crashed is an error, and a faulty verdict fails the case of its own;
    so is a dataset that could not be examined an error there.
    """
    root = Xml.Element("testsuites", name="traindx")
    grouped: dict[str, list[Xml.Element]] = {"Verdict": [_verdict(report)]}
    for outcome in report.outcomes:
        grouped.setdefault(family(outcome.code), []).append(_case(outcome))
    for name, cases in grouped.items():
        suite = Xml.SubElement(root, "testsuite", {"name": name, **_counts(cases)})
        suite.extend(cases)
    root.attrib.update(_counts([case for cases in grouped.values() for case in cases]))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False).join((_HEAD, "\n"))


_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def _counts(cases: Sequence[Xml.Element]) -> dict[str, str]:
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {name: sum(case.find(kind) is not None for case in cases) for name, kind in kinds.items()}
    return {"tests": str(len(cases))} | {name: str(n) for name, n in counts.items()}


def _verdict(report: Report) -> Xml.Element:
    word, sentence = verdict(report)
    case = Xml.Element("testcase", classname="traindx", name="verdict")
    lines = [f"{d.cause}: {STATUSES[d.status]}, {percent(d.probability)}" for d in digest(report).leading]
    refused = "error" if "error" in report.meta else "system-out"
    kind = "failure" if report.verdict == "faulty" else refused
    said = Xml.SubElement(case, kind)
    if kind != "system-out":
        said.attrib.update(message=sentence, type=word.lower())
    said.text = clean("\n".join([f"{word}: {sentence}", *lines]))
    return case


def _case(outcome: Outcome) -> Xml.Element:
    name = one_line(f"{outcome.code} {outcome.name}")
    case = Xml.Element("testcase", classname=f"traindx.{family(outcome.code).lower().replace(' ', '-')}", name=name)
    if outcome.status == "skipped":
        Xml.SubElement(case, "skipped", message=one_line(outcome.reason))
    elif outcome.status == "crashed":
        Xml.SubElement(case, "error", message=one_line(outcome.reason), type="crashed")
    elif outcome.status == "failed":
        lines = [one_line(f"{f.place}: {f.message}" if str(f.place) else f.message) for f in outcome.findings]
        said = Xml.SubElement(case, "failure" if outcome.level == "error" else "system-out")
        if outcome.level == "error":
            first = one_line(outcome.findings[0].message)
            said.attrib.update(message=f"{count(len(lines), 'finding')}, first: {first}", type=outcome.level)
        said.text = "\n".join(lines)
    return case
