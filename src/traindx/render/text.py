"""The report for a terminal: the verdict first, twenty lines unless more is asked for, ready to copy."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from traindx.core.finding import Bars, Finding, Measured, Table
from traindx.core.report import Diagnosis, Outcome, Report, Trial
from traindx.render import contents as overview
from traindx.render.contents import Contents, asked_lines, contents, in_line, network_line
from traindx.render.digest import (
    LEVEL_ORDER,
    Digest,
    Sum,
    at_error,
    decider,
    digest,
    place_count,
    probable,
    redo,
    ruled_out_by,
)
from traindx.render.terminal import Style, clip, fit, to_encoding
from traindx.render.trials import effect_words, plot
from traindx.render.wording import (
    CHECKS,
    STATUSES,
    clean,
    count,
    duration,
    learned,
    one_line,
    percent,
    places,
    value,
    verdict,
    weight,
)

LINES = 20
"""Without `verbose` a report has at most this many lines (snippets and commands are never cut short)."""

FEW = 6
"""Up to this many findings are listed one by one without `verbose`."""

REASONS = 3
"""So many terms are shown without `verbose`, the strongest first."""

LABEL = 9


@dataclass(frozen=True)
class _Page:
    """What every part needs to know of the page it is written on."""

    width: int
    verbose: bool
    style: Style

    def entry(self, label: str, words: str, most: int = 0) -> list[str]:
        """A labelled paragraph, indented; `most` lines of it unless the report is verbose."""
        indent = " " * (2 + LABEL)
        room = self.width - len(indent)
        lines = textwrap.wrap(one_line(words), room, break_long_words=False, break_on_hyphens=False) or [""]
        if most and not self.verbose and len(lines) > most:
            lines = [*lines[: most - 1], clip(lines[most - 1] + " " + lines[most], room)]
        head = self.style.dim(label.ljust(LABEL))
        return [f"  {head}{lines[0]}"] + [indent + line for line in lines[1:]]

    def code(self, lines: Sequence[str]) -> list[str]:
        """Lines to copy: never wrapped and never cut."""
        return [f"{' ' * (2 + LABEL)}{line}".rstrip() for line in lines]


def text(
    report: Report, *, verbose: bool = False, width: int = 100, color: bool = False, encoding: str = "utf-8"
) -> str:
    """The report as lines of at most `width` columns, with a final line feed.

    One line is kept for every cause that a check at level error speaks for, even where that makes more than `LINES`.
    What was asked for beside the diagnosis (`--at`, `--complaint`) follows in full.
    `verbose` shows every term with its weight, every finding and the run's facts; `color` adds ANSI colours.
    Signs that `encoding` does not have are written in ASCII. Commands and snippets are longer than `width` where they must be.
    """
    page = _Page(max(width, 40), verbose, Style(color))
    parts = digest(report)
    found = contents(report.overview)
    head = _verdict(report, page) + _amount(found, page)
    worst = [d for d in parts.leading[1:] if at_error(d, report)]
    ordered = [*parts.leading[:1], *worst, *(d for d in parts.leading[1:] if d not in worst)]
    errors = sum(o.level == "error" for o in parts.unexplained)
    sections = [
        [_diagnosis(d, page, report, full=i == 0) for i, d in enumerate(ordered)],
        _findings("Other findings" if parts.leading else "Findings", (*parts.unexplained, *parts.noted), page),
        _ruled_out(parts, page),
        _open(parts, report, page),
    ]
    if verbose:
        failed = sorted((o for o in report.outcomes if o.status == "failed"), key=lambda o: LEVEL_ORDER[o.level])
        sections[1] = _findings("Findings", failed, page)
        if found.seen:
            sections.append([["", page.style.bold("What the model sees"), *overview.seen_lines(found, page.width)]])
        if found.network:
            sections.append([["", page.style.bold("Network"), *overview.network_lines(found, page.width)]])
        if found.of_dataset:
            sections.append([["", page.style.bold("Dataset"), *overview.in_lines(found, page.width)]])
        sections.append([_facts(report, page)])
    answers = [line for table in found.asked for line in ("", *_answer(table, page))]
    budget = 10**9 if verbose else LINES - len(head)
    names = [] if verbose else [one_line(d.cause) for d in ordered]
    blocks = fit(sections, budget, page.style, least=(1 + len(worst), errors), names=names)
    return to_encoding("\n".join([*head, *blocks, *answers]) + "\n", encoding)


def _answer(table: Table, page: _Page) -> list[str]:
    title, *lines = asked_lines(table, page.width)
    return [page.style.bold(title), *lines]


def _verdict(report: Report, page: _Page) -> list[str]:
    word, sentence = verdict(report)
    lines = textwrap.wrap(f"{word.upper()}  {sentence}", page.width, break_long_words=False, break_on_hyphens=False)
    return [page.style.verdict(line, report.verdict) for line in lines]


def _amount(found: Contents, page: _Page) -> list[str]:
    """How much was examined, in one or two lines, and the network in one."""
    words, room = in_line(found), page.width - 2
    lines = textwrap.wrap(words, room, break_long_words=False, break_on_hyphens=False, max_lines=2)
    lines += [clip(line, room) for line in (network_line(found),) if line]
    return [page.style.dim(f"  {line}") for line in lines]


def _diagnosis(diagnosis: Diagnosis, page: _Page, report: Report, full: bool) -> list[str]:
    style = page.style
    cause, status = one_line(diagnosis.cause), STATUSES[diagnosis.status]
    share = f"  {percent(diagnosis.probability)}" if probable(diagnosis) else ""
    title = f"{style.dot(diagnosis.status)} {style.bold(cause)}  {style.status(status, diagnosis.status)}{share}"
    most = len(diagnosis.places) if page.verbose else 2
    where = places(diagnosis.places, most, place_count(diagnosis, report))
    beside = len(f"o {cause}  {status}{share}  {where}") <= page.width
    lines = [f"{title}  {where}".rstrip() if beside else title]
    if not full and not page.verbose:
        return lines if beside or not at_error(diagnosis, report) else lines + page.entry("at", where, most=1)
    if not beside:
        lines += page.entry("at", where, most=2)
    if diagnosis.summary and page.verbose:
        lines += page.entry("what", diagnosis.summary)
    lines += list(_terms(diagnosis, page))
    if diagnosis.trial is not None:
        lines += _trial(diagnosis.trial, page)
    return lines + _fix(diagnosis, page)


def _terms(diagnosis: Diagnosis, page: _Page) -> Iterator[str]:
    if not page.verbose:
        told = diagnosis.trial.sentence if diagnosis.trial else None  # has a line of its own
        shown = [r for r in diagnosis.because if told is None or told not in r.text]
        for i, reason in enumerate(sorted(shown, key=lambda r: -r.weight)[:REASONS]):
            words = _with_code(reason.text, reason.code)
            yield from page.entry("because" if i == 0 else "and", words, most=2 if i == 0 else 1)
        return
    done = redo(diagnosis)
    for label, reasons in (("because", diagnosis.because), ("against", diagnosis.against)):
        for i, reason in enumerate(reasons):
            weighed = f"{weight(reason.weight)} " if done else ""
            yield from page.entry(label if i == 0 else "and", weighed + _with_code(reason.text, reason.code))
    if done is not None:
        yield from page.entry("sum", f"{weight(done.total)}, that is {percent(done.share)}{_proof(diagnosis, done)}")
    for i, reason in enumerate(diagnosis.not_looked_at):
        yield from page.entry("unseen" if i == 0 else "", _with_code(reason.text, reason.code))


def _proof(diagnosis: Diagnosis, done: Sum) -> str:
    by = decider(diagnosis)
    if done.decides or not by:
        return ""
    return f"; {by} decides: {STATUSES[diagnosis.status]}, {percent(diagnosis.probability)}"


def _with_code(words: str, code: str | None) -> str:
    return f"{words} ({code})" if code and code not in words else words


def _trial(trial: Trial, page: _Page) -> list[str]:
    lines = page.entry("trial", f"{trial.verdict}: {trial.sentence}", most=2)
    lines += page.entry("", effect_words(trial), most=2)
    if page.verbose:
        for arm in trial.arms:
            seen = f"failed: {arm.failed}" if arm.failed else f"symptom {'seen' if arm.symptom else 'not seen'}"
            words = f"{arm.name}, seed {arm.seed}: {arm.steps} steps, {seen}, {learned(arm.learned)}"
            lines += page.entry("", f"{words}, {duration(arm.seconds)}")
        lines += [f"           {line}" for line in plot(trial, page.width - 12)]
    return lines


def _fix(diagnosis: Diagnosis, page: _Page) -> list[str]:
    fix = diagnosis.fix
    if fix is None:
        return []
    lines = page.entry("fix", fix.words, most=3)
    if fix.command:
        lines += page.code([one_line(fix.command)])
    if fix.snippet:
        lines += page.code(textwrap.dedent(clean(fix.snippet)).strip("\n").splitlines())
    return lines


def _findings(title: str, outcomes: Sequence[Outcome], page: _Page) -> list[list[str]]:
    """A block per check, and one for all notes; every finding on its own line if they are few or all are asked for."""
    notes = [] if page.verbose else [o for o in outcomes if o.level == "note"]
    others = [o for o in outcomes if o not in notes]
    each = page.verbose or sum(len(o.findings) for o in others) <= FEW
    blocks = [["", page.style.bold(title)]] if outcomes else []
    blocks += [_one_by_one(o, page) if each else _first_of(o, page) for o in others]
    if notes:
        words = one_line("notes: " + ", ".join(f"{o.code} {o.name} ({len(o.findings):,})" for o in notes))
        blocks.append(["  " + clip(words, page.width - 2)])
    return blocks


def _one_by_one(outcome: Outcome, page: _Page) -> list[str]:
    lines = [_named(outcome, page)]
    for finding in outcome.findings:
        place, words = one_line(str(finding.place)), one_line(_placed(finding))
        if page.verbose or not place or len(words) + 4 <= page.width:
            lines.append("    " + (words if page.verbose else clip(words, page.width - 4)))
            drawn = [item for item in finding.evidence if isinstance(item, Bars)] if page.verbose else []
            lines += [f"      {line}" for item in drawn for line in overview.bars_lines(item, page.width - 6)]
        else:  # the place in full, and what fits of the message under it
            lines += [f"    {place}:", "      " + clip(one_line(finding.message), page.width - 6)]
    if page.verbose and outcome.fix:
        lines.append("    fix: " + one_line(outcome.fix))
    return lines


def _first_of(outcome: Outcome, page: _Page) -> list[str]:
    head = _named(outcome, page)
    room = page.width - len(_named(outcome, replace(page, style=Style(False)))) - 2
    first = "first " if len(outcome.findings) > 1 else ""
    return [f"{head}  {clip(first + one_line(_placed(outcome.findings[0])), room)}"]


def _named(outcome: Outcome, page: _Page) -> str:
    many = page.style.level(count(len(outcome.findings), outcome.level), outcome.level)
    return f"  {one_line(f'{outcome.code} {outcome.name}')}, {many}"


def _placed(finding: Finding) -> str:
    return f"{finding.place}: {finding.message}" if str(finding.place) else finding.message


def _ruled_out(parts: Digest, page: _Page) -> list[list[str]]:
    blocks = [["", page.style.bold("Ruled out")]] if parts.ruled_out else []
    for diagnosis in parts.ruled_out:
        reason = ruled_out_by(diagnosis)
        head, words = f"  {one_line(diagnosis.cause)}  ", one_line(_with_code(reason.text, reason.code))
        blocks.append([head + page.style.dim(words if page.verbose else clip(words, page.width - len(head)))])
    return blocks


def _open(parts: Digest, report: Report, page: _Page) -> list[list[str]]:
    """What was not looked at. Of a dataset alone, what needs a training is told with `verbose`."""
    blocks: list[list[str]] = []
    training = page.verbose or "data" not in report.meta or "run" in report.meta
    for outcome in parts.crashed:
        words = one_line(f"{outcome.code} {outcome.name} {CHECKS['crashed']}: {outcome.reason}")
        blocks.append(["  " + (words if page.verbose else clip(words, page.width - 2))])
    for reason, outcomes in sorted(parts.missing, key=lambda m: not m[1][0].ignored):
        if not training and not outcomes[0].left_out and reason.startswith("needs "):
            continue
        words = f"{count(len(outcomes), 'check')}: {reason}"
        if page.verbose or outcomes[0].ignored:
            words += f" [{', '.join(o.code for o in outcomes)}]"
        blocks.append(["  " + one_line(words)])
    untested = [d for d in parts.not_testable if training or any((r.code or "")[:1] == "D" for r in d.not_looked_at)]
    if untested:
        words = one_line("not testable here: " + ", ".join(d.cause for d in untested))
        blocks.append(["  " + (words if page.verbose else clip(words, page.width - 2))])
    return [["", page.style.bold("Not looked at")], *blocks] if blocks else []


def _facts(report: Report, page: _Page) -> list[str]:
    lines = ["", page.style.bold("Checks that passed")]
    for outcome in report.outcomes:
        if outcome.status == "passed":
            lines += page.entry("", f"{outcome.code} {outcome.name}{_by(outcome.measured)}")
    known = [(k, v) for k, v in report.meta.items() if k != "sentence"]
    if known:
        lines += ["", page.style.bold("Run")]
        lines += [f"  {one_line(str(k))}: {value(v)}" for k, v in known]
    return lines


def _by(measured: Sequence[Measured]) -> str:
    return ": " + "; ".join(map(str, measured)) if measured else ""
