"""The report as one self-contained HTML page: no network, no script, readable with a keyboard, a screen reader and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from traindx.core.finding import Bars, Curve, Finding, Measured, Picture, Table
from traindx.core.report import Diagnosis, Outcome, Report, Trial
from traindx.render import exhibits, wording
from traindx.render.contents import contents, in_line
from traindx.render.digest import (
    LEVEL_ORDER,
    Digest,
    Sum,
    decider,
    digest,
    evidence,
    place_count,
    probable,
    redo,
    ruled_out_by,
)
from traindx.render.exhibits import Album, Exhibit
from traindx.render.figures import arm_kinds, legend, trial_svg
from traindx.render.trials import effect_words, kind_names

PICTURE_BYTES = 1_500_000
"""All thumbnails of a page together; when they are used up, pictures are named and not shown."""

PICTURES = 6
"""Pictures shown per check: the first findings that have one."""

FIGURES = 4
"""Curves and tables shown per check."""

FINDINGS = 300
OPEN = 20
"""Findings listed per check (the JSON holds them all), and up to how many an unexplained error is shown unfolded."""

ROWS = 30
"""Rows shown of a table that is evidence."""


TERMS = 8
"""Reasons of a diagnosis without a sum (why a set is healthy) shown unfolded."""


def html(report: Report) -> str:
    """The whole page. Pictures are read from the paths that the report names; one that cannot be opened is named instead."""
    parts = digest(report)
    album = Album(PICTURE_BYTES, shares=report.meta.get("format") not in ("coco", "voc"))
    cards = [_card(d, report, album) for d in parts.leading]
    shown = {block.code for card in cards for block in card.evidence}
    found = contents(report.overview)
    page = (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            verdict=wording.verdict(report),
            cards=cards,
            failures=[_failure(o, parts, o.code not in shown, album) for o in _failed(report)],
            parts=parts,
            contents=found,
            amount=in_line(found),
            curves=[exhibits.curve(item) for item in found.curves],
            signal=[exhibits.curve(item) for item in found.signal],
            drawings=[exhibits.bars(item) for item in found.bars],
            seen=[exhibits.seen(item, album) for item in found.pictures],
            ruled_out_by=ruled_out_by,
            families=_families(report),
            facts=[(wording.one_line(str(k)), wording.value(v)) for k, v in report.meta.items() if k != "sentence"],
            version=wording.version(report),
        )
    )
    return page.lstrip()


@dataclass(frozen=True)
class Block:
    """What one check contributes as evidence."""

    code: str
    name: str
    message: str
    findings: int
    numbers: tuple[Measured, ...]
    figures: tuple[Exhibit, ...]
    tables: tuple[Table, ...]
    left: int


@dataclass(frozen=True)
class Card:
    """A diagnosis as shown."""

    diagnosis: Diagnosis
    places: tuple[str, ...]
    more_places: int
    sum: Sum | None
    evidence: tuple[Block, ...]
    trial: Markup = Markup("")
    trial_legend: Markup = Markup("")


@dataclass(frozen=True)
class Failure:
    """A failed check as shown in the list of findings."""

    outcome: Outcome
    explained_by: str | None
    findings: tuple[Finding, ...]
    left: int
    block: Block | None


@dataclass(frozen=True)
class Family:
    """The checks of one family, and how they ended in words."""

    name: str
    outcomes: tuple[Outcome, ...]
    counts: str


def _card(diagnosis: Diagnosis, report: Report, album: Album) -> Card:
    listed = tuple(w for p in diagnosis.places if (w := wording.one_line(str(p))))
    trial = diagnosis.trial
    return Card(
        diagnosis=diagnosis,
        places=listed,
        more_places=max(place_count(diagnosis, report) - len(listed), 0) if listed else 0,
        sum=redo(diagnosis),
        evidence=tuple(_block(o, album) for o in evidence(diagnosis, report)),
        trial=trial_svg(trial) if trial else Markup(""),
        trial_legend=_trial_legend(trial) if trial else Markup(""),
    )


def _trial_legend(trial: Trial) -> Markup:
    kinds, names = arm_kinds(trial), kind_names(trial)
    seeds = {kind: sum(arm.name == kind for arm in trial.arms) for kind in kinds}
    return legend([f"{names[kind]} ({wording.count(n, 'seed')})" for kind, n in seeds.items()])


def _failed(report: Report) -> list[Outcome]:
    return sorted((o for o in report.outcomes if o.status == "failed"), key=lambda o: LEVEL_ORDER[o.level])


def _failure(outcome: Outcome, parts: Digest, alone: bool, album: Album) -> Failure:
    by = next((d.cause for d in parts.leading if any(r.code == outcome.code for r in d.because)), None)
    findings = outcome.findings[:FINDINGS]
    block = _block(outcome, album) if alone else None
    return Failure(outcome, by, findings, len(outcome.findings) - len(findings), block)


def _block(outcome: Outcome, album: Album) -> Block:
    """Pictures of the first findings, curves and tables that say something new, numbers of the first finding."""
    every = [item for finding in outcome.findings for item in finding.evidence]
    drawn = list(dict.fromkeys(item for item in every if isinstance(item, (Curve, Bars))))[:FIGURES]
    tables = list(dict.fromkeys(item for item in every if isinstance(item, Table)))[:FIGURES]
    pictures = [item for item in every if isinstance(item, Picture)]
    figures = [exhibits.bars(d) if isinstance(d, Bars) else exhibits.curve(d) for d in drawn]
    figures += [exhibit for p in pictures[:PICTURES] for exhibit in exhibits.pictures(p, album)]
    first = outcome.findings[0]
    numbers = [item for item in (*first.evidence, *outcome.measured) if isinstance(item, Measured)]
    return Block(
        code=outcome.code,
        name=outcome.name,
        message=first.message,
        findings=len(outcome.findings),
        numbers=tuple(dict.fromkeys(numbers)),
        figures=tuple(figures),
        tables=tuple(tables),
        left=max(len(pictures) - PICTURES, 0),
    )


def _families(report: Report) -> list[Family]:
    grouped: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        grouped.setdefault(wording.family(outcome.code), []).append(outcome)
    names = sorted(grouped, key=[*wording.FAMILIES.values(), wording.OTHERS].index)
    return [Family(name, tuple(grouped[name]), _counts(grouped[name])) for name in names]


def _counts(outcomes: Sequence[Outcome]) -> str:
    numbers = {status: sum(o.status == status for o in outcomes) for status in wording.CHECKS}
    return ", ".join(f"{n:,} {wording.CHECKS[status]}" for status, n in numbers.items() if n)


def _environment() -> Environment:
    """Everything is escaped but `Markup`, and a name that the template misspells is an error."""
    environment = Environment(
        loader=PackageLoader("traindx", "render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    environment.globals |= {
        "effect_words": effect_words,
        "wording": wording,
        "ROWS": ROWS,
        "OPEN": OPEN,
        "TERMS": TERMS,
        "ticks": _ticks,
        "decider": decider,
        "probable": probable,
    }
    return environment


def _clean(value: Any) -> Any:
    """What the template writes: numbers and `Markup` as they are, all else as text without control characters."""
    return value if isinstance(value, (Markup, int, float)) else wording.clean(str(value))


def _ticks(words: str) -> Markup:
    """Text with what stands between backticks set as code."""
    parts = wording.clean(words).split("`")
    if len(parts) % 2 == 0:  # a tick without its partner is a tick
        return escape("`".join(parts))
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts))
