"""The report as a Markdown block, ready to paste in an issue: private paths shortened, nobody mentioned by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from traindx.core.report import Diagnosis, Report
from traindx.render.digest import Digest, digest, place_count, probable, redo, ruled_out_by
from traindx.render.privacy import shorten
from traindx.render.wording import STATUSES, clean, count, one_line, percent, value, verdict, weight

PLACES = 5
FINDINGS = 10
"""Checks listed; the rest is counted. An issue is read by people."""


def markdown(report: Report) -> str:
    """Verdict, diagnoses with their terms, findings, and, folded away, what was ruled out, what is open and the run."""
    parts = digest(report)
    word, sentence = verdict(report)
    blocks = [f"### traindx: {word.lower()}\n\n{_text(sentence)}"]
    blocks += [_diagnosis(d, report, full=i == 0) for i, d in enumerate(parts.leading)]
    blocks += [*_findings(parts), *_folded(parts), *_run(report)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _diagnosis(diagnosis: Diagnosis, report: Report, full: bool) -> str:
    share = f", {percent(diagnosis.probability)}" if probable(diagnosis) else ""
    head = f"**{_code(diagnosis.cause)}** {STATUSES[diagnosis.status]}{share}"
    if not full:
        return head
    listed = [_code(shorten(str(p))) for p in diagnosis.places[:PLACES] if str(p)]
    left = place_count(diagnosis, report) - len(listed)
    where = " at " + ", ".join(listed) + (f" and {count(left, 'more place')}" if left > 0 else "") if listed else ""
    blocks = [head + where, _terms(diagnosis)]
    if diagnosis.trial is not None:
        blocks.append(f"**Trial** ({diagnosis.trial.verdict}): {_text(diagnosis.trial.sentence)}")
    if diagnosis.fix is not None:
        blocks.append(f"**Fix**: {_text(diagnosis.fix.words)}")
        blocks += [
            _fenced(c, kind) for c, kind in ((diagnosis.fix.command, ""), (diagnosis.fix.snippet, "python")) if c
        ]
    return "\n\n".join(block for block in blocks if block)


def _terms(diagnosis: Diagnosis) -> str:
    done = redo(diagnosis)
    reasons = (*diagnosis.because, *diagnosis.against)
    if done is None:
        return "\n".join(f"- {_text(r.text)}{_of(r.code)}" for r in reasons)
    rows = [(weight(r.weight), _text(r.text), r.code or "") for r in reasons]
    rows.append((f"**{weight(done.total)}**", f"sum, that is {percent(done.share)}", ""))
    return _table(("weight", "what was seen", "check"), rows)


def _of(code: str | None) -> str:
    return f" ({code})" if code else ""


def _findings(parts: Digest) -> Iterator[str]:
    outcomes = (*parts.unexplained, *parts.noted)
    if not outcomes:
        return
    rows = []
    for outcome in outcomes[:FINDINGS]:
        first = outcome.findings[0]
        place = _code(shorten(str(first.place))) if str(first.place) else ""
        name = f"{outcome.code} {_text(outcome.name)}"
        rows.append((name, f"{len(outcome.findings):,} {outcome.level}", place, _text(first.message)))
    left = len(outcomes) - FINDINGS
    more = f"\n\n… and findings of {count(left, 'more check')}" if left > 0 else ""
    yield "**Findings**\n\n" + _table(("check", "findings", "first place", "what is wrong"), rows) + more


def _folded(parts: Digest) -> Iterator[str]:
    if parts.ruled_out:
        reasons = [(d, ruled_out_by(d)) for d in parts.ruled_out]
        rows = [(_code(d.cause), _text(reason.text) + _of(reason.code)) for d, reason in reasons]
        yield _details(f"Ruled out ({len(rows)})", _table(("cause", "by"), rows))
    lines = [f"- {count(len(outcomes), 'check')}: {_text(reason)}" for reason, outcomes in parts.missing]
    lines += [f"- {o.code} {_text(o.name)} crashed: {_text(o.reason)}" for o in parts.crashed]
    if parts.not_testable:
        lines.append("- not testable here: " + ", ".join(_code(d.cause) for d in parts.not_testable))
    if lines:
        yield _details("Not looked at", "\n".join(lines))


def _run(report: Report) -> Iterator[str]:
    rows = [
        (_text(str(k).replace("_", " ")), _code(shorten(value(v)))) for k, v in report.meta.items() if k != "sentence"
    ]
    if rows:
        yield _details("Run", _table(("", ""), rows))


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(words: str) -> str:
    """One line of prose in which nothing is markup, a mention or a reference; what stands in backticks is code."""
    parts = shorten(one_line(words)).split("`")
    if len(parts) % 2 == 0:
        return _plain("`".join(parts))
    return "".join(_code(part) if i % 2 else _plain(part) for i, part in enumerate(parts))


def _plain(words: str) -> str:
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    words = re.sub(r"#(?=\d)", "&#35;", words).replace("@", "&#64;")
    return re.sub(r"([\\`*_\[\]|~])", r"\\\1", words)


def _code(words: str) -> str:
    """A code span, with as many backticks as it takes; a bar is escaped, since it may stand in a table."""
    words = one_line(words).replace("|", "\\|")
    if not words:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", words)), default=0) + 1)
    space = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{space}{words}{space}{ticks}"


def _fenced(lines: str, kind: str) -> str:
    lines = shorten(clean(lines)).strip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", lines)), default=0) + 1)
    return f"{fence}{kind}\n{lines}\n{fence}"
