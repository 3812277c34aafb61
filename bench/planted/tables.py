"""The tables of the benchmark: recall per family and tool, every fault, every alarm on a clean set."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.planted.answer import Answer, load, truths
from bench.planted.catalogue import Case, cases
from bench.planted.score import Alarm, Score, alarm, score
from bench.planted.truth import Clean, Fault, Truth

TRUTHS = "truths.jsonl"
RESULTS = Path(__file__).parent.parent / "results"


@dataclass(frozen=True)
class Row:
    """One fault case, its truth, and the score of each tool that was asked."""

    case: Case
    truth: Truth
    scores: dict[str, Score]


def rows_of(answers: dict[str, dict[tuple[str, str], Answer]], known_truths: dict[str, Truth], seeds: int) -> list[Row]:
    """Every fault case that at least one tool was asked about."""
    made = []
    for case in cases(seeds):
        truth = known_truths.get(case.key)
        if truth is None:
            continue
        heard = {tool: known[tool, case.key] for tool, known in answers.items() if (tool, case.key) in known}
        if heard:
            made.append(Row(case, truth, {tool: score(truth, answer) for tool, answer in heard.items()}))
    return made


def alarms_of(answers: dict[str, dict[tuple[str, str], Answer]], seeds: int) -> dict[str, dict[str, Alarm]]:
    """What each tool said about each clean set."""
    clean = [case.key for case in cases(seeds) if isinstance(case.what, Clean)]
    return {
        tool: {key: alarm(known[tool, key]) for key in clean if (tool, key) in known} for tool, known in answers.items()
    }


def write_tables(folder: Path, seeds: int, results: Path = RESULTS) -> None:
    """Write planted.md and planted.json from the answers in a folder."""
    answers = {path.stem: load(path) for path in sorted(folder.glob("*.jsonl")) if path.name != TRUTHS}
    tools = sorted(answers, key=lambda tool: (tool != "traindx", tool))
    rows, alarms = rows_of(answers, truths(folder / TRUTHS), seeds), alarms_of(answers, seeds)
    versions = {tool: next(iter(answers[tool].values())).version for tool in tools}
    parts = [_head(tools, versions, rows, seeds), _families(tools, rows), _clean(tools, alarms)]
    parts += [_quality(tools, rows), _misses(rows), _faults(tools, rows)]
    results.mkdir(exist_ok=True)
    (results / "planted.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    document = {
        "versions": versions,
        "python": platform.python_version(),
        "command": f"python -m bench.planted.run --seeds {seeds} --peers-python PYTHON --tools " + ",".join(tools),
        "faults": {row.case.key: {tool: asdict(s) for tool, s in row.scores.items()} for row in rows},
        "clean": {tool: {key: asdict(a) for key, a in heard.items()} for tool, heard in alarms.items()},
    }
    (results / "planted.json").write_text(json.dumps(document, indent=0) + "\n", encoding="utf-8")


def _head(tools: Sequence[str], versions: dict[str, str], rows: Sequence[Row], seeds: int) -> str:
    listed = ", ".join(f"{tool} {versions[tool]}" for tool in tools)
    faults = {row.case.what.name for row in rows}
    return (
        "# Planted faults\n\n"
        f"{len(faults)} kinds of fault, {len(rows)} sets with one fault each (doses: one place, or a share of the set; "
        f"{seeds} seed{'s' * (seeds > 1)}), and clean sets full of legal oddities. Tools: {listed}.\n\n"
        f"`python -m bench.planted.run --seeds {seeds} --tools " + ",".join(tools) + " --peers-python PYTHON`\n\n"
        "*Found*: the right cause is named, or a finding that speaks for it names the right file. *Surfaced*: anything is "
        "said about the file, whatever it is. Peers name no causes; their messages are mapped to causes generously "
        "(`bench/planted/peer_scripts`); a COCO set has one json, so that any word about it surfaces a fault. A dash: not asked, "
        "since the tool does not read the format."
    )


def _mean(values: Sequence[float]) -> str:
    return f"{100 * sum(values) / len(values):.0f} %" if values else "–"


def _families(tools: Sequence[str], rows: Sequence[Row]) -> str:
    lines = ["## Recall by family", "", "found / surfaced / sets", "", "| family | " + " | ".join(tools) + " |"]
    lines.append("|---" * (len(tools) + 1) + "|")
    names = list(dict.fromkeys(row.case.what.family for row in rows if isinstance(row.case.what, Fault)))
    for name in [*names, "all"]:
        own = [
            row for row in rows if name == "all" or (isinstance(row.case.what, Fault) and row.case.what.family == name)
        ]
        lines.append(
            f"| {name} | " + " | ".join(_recall([r.scores[t] for r in own if t in r.scores]) for t in tools) + " |"
        )
    return "\n".join(lines)


def _recall(scores: Sequence[Score]) -> str:
    if not scores:
        return "–"
    return f"{sum(s.found for s in scores)} / {sum(s.surfaced for s in scores)} / {len(scores)}"


def _clean(tools: Sequence[str], alarms: dict[str, dict[str, Alarm]]) -> str:
    columns = ("tool", "sets", "called faulty, or an error", "a cause named", "warned about", "refused")
    lines = ["## Clean sets", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for tool in tools:
        heard = alarms[tool].values()
        wrong = sum(a.faulty or bool(a.errors) for a in heard)
        warned, refused = (sum(map(bool, told)) for told in ([a.warnings for a in heard], [a.refused for a in heard]))
        named = sum(bool(a.named) for a in heard)
        lines.append(f"| {tool} | {len(heard)} | **{wrong}** | {named} | {warned} | {refused} |")
    for key, a in alarms.get("traindx", {}).items():
        if a.faulty or a.errors or a.named:
            told = a.errors[:2] or a.named or (a.refused.strip().splitlines() or [""])[-1:]
            lines.append(f"\n- `{key}`: {'; '.join(told)[:300]}")
    return "\n".join(lines)


def _quality(tools: Sequence[str], rows: Sequence[Row]) -> str:
    lines = [
        "## How well",
        "",
        "| tool | cause named | right file | right line | raised as an error | other causes named beside |",
    ]
    lines.append("|---|---|---|---|---|---|")
    for tool in tools:
        heard = [row.scores[tool] for row in rows if tool in row.scores]
        files = [s.files for s in heard if s.files is not None]
        exact = [s.lines for s in heard if s.lines is not None]
        named = [float(s.named) for s in heard if s.named is not None]
        raised = [float(s.raised) for s in heard if s.raised is not None]
        beside = sum(bool(s.beside) for s in heard)
        cells = [_mean(named) if tool == "traindx" else "–", _mean(files), _mean(exact), _mean(raised), str(beside)]
        lines.append(f"| {tool} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _misses(rows: Sequence[Row]) -> str:
    missed = [row for row in rows if "traindx" in row.scores and not row.scores["traindx"].found]
    lines = ["## What traindx misses", ""]
    lines += [
        f"- `{row.case.key}` (should be {' or '.join(row.truth.causes) or 'named'}, {row.truth.level})"
        for row in missed
    ]
    return "\n".join(lines if missed else [*lines, "Nothing."])


def _faults(tools: Sequence[str], rows: Sequence[Row]) -> str:
    lines = ["## Every fault", "", "F found, s surfaced only, · silent", "", "| fault | " + " | ".join(tools) + " |"]
    lines.append("|---" * (len(tools) + 1) + "|")
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(f"{row.case.what.name} {row.case.dose}", []).append(row)
    for name, own in by_name.items():
        cells = ["".join(_letter(row.scores[tool]) for row in own if tool in row.scores) or "–" for tool in tools]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _letter(s: Score) -> str:
    return "F" if s.found else "s" if s.surfaced else "·"
