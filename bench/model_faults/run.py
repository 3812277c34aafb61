"""Planted faults of models and sound look-alikes: whether `traindx check DATA model=...` names each, with its place.

    python bench/model_faults/run.py [--only WORD] [--again]

Each case is built as `model=` builds it, in a process of its own, and judged against a drawn dataset: ten classes of pictures,
boxes of three classes, or boxes of six pixels. A fault counts as found when a check of the case's list names it at level error
or warning, and its place as right when a finding bears the layer, the setting or the line that is expected; the line is the one
marked `# fault` in the file, where the case has one. Of a sound network any error or warning of an M2 check is a false
alarm. Results are kept by case in bench/results/model-faults.jsonl and written to bench/results/model-faults.md; a case that is
there is not run again without --again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from fnmatch import fnmatch
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import timm  # noqa: F401
import torch
import torchvision  # noqa: F401
import ultralytics  # noqa: F401
from cases import Case, draw_specks, faults, sound, write_files

from traindx import examine
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding
from traindx.core.network import network_of
from traindx.core.report import Report
from traindx.core.setup import Setup
from traindx.inspect.building import Wanted
from traindx.inspect.child import examined
from traindx.inspect.modelled import with_names
from traindx.inspect.network import request_for, structure_in
from traindx.scan import ScanOptions, scan
from traindx.scan.checkpoint_names import checkpoint_names

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
RESULT = HERE.parent / "results" / "model-faults.md"
KEPT = RESULT.with_suffix(".jsonl")
SELECT = ("M2", "D350", "D311", "D312", "D341", "D342")


def fact_of(request: dict[str, Any], folder: str) -> dict[str, Any]:
    """The fact of a network, or why there is none."""
    os.chdir(folder)
    try:
        return json.loads(json.dumps({"network": examined(Wanted(**request, memory=False))}))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def judged(case: Case, dataset: Dataset, folder: Path) -> Report:
    """The report on one case."""
    settings = {"batch": 8, **case.settings}
    request = request_for(case.model, dataset, {**case.settings})
    file = folder / case.model
    names = checkpoint_names(file) if case.model.endswith(".pt") else {}
    found: dict[str, Any] = {}
    if not case.model.endswith(".pt") or structure_in(file):
        with get_context("fork").Pool(1) as pool:
            found = pool.apply(fact_of, (request, str(folder)))
    facts: dict[str, Any] = {"setup": Setup((), ".", "pytorch", settings)}
    if "network" in found:
        facts["network"] = network_of(found["network"])
        names = names or facts["network"].names
    facts["dataset"] = with_names(dataset, case.model, names)
    meta = {"model_error": found["error"]} if "error" in found else {}
    return examine.judge(facts, select=SELECT, meta=meta)


def marked_line(file: str, name: str) -> int | None:
    """The line of a case that is marked in its file."""
    inside = False
    text = (HERE / file).read_text(encoding="utf-8") if file.endswith(".py") else ""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"(class|def) ", line):
            inside = re.match(rf"(class|def) {name}\b", line) is not None
        if inside and line.endswith("# fault"):
            return number
    return None


def is_at(case: Case, finding: Finding) -> bool:
    """Whether a finding stands at the expected place."""
    file, _, name = case.model.rpartition(":")
    place, line = finding.place, marked_line(file, name)
    if line is not None and place.path and place.path.endswith(file) and place.line == line:
        return True
    if case.layer:
        return fnmatch(place.layer or "", case.layer) and line is None
    return place.setting == case.setting if case.setting else bool(place.path or place.layer)


def main() -> None:
    """Run all cases and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    kept = {row["case"]: row for row in map(json.loads, lines)}
    from stock_models import draw_boxes, draw_classes

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        for file in ("parts.py", "faulty_values.py", "faulty_flow.py", "sound.py"):
            (folder / file).write_text((HERE / file).read_text(encoding="utf-8"))
        drawn = {"boxes": draw_boxes(folder / "boxes"), "classes": draw_classes(folder / "classes")}
        drawn["specks"] = draw_specks(folder / "specks")
        data = {kind: scan(path, ScanOptions(cache=False, workers=1)) for kind, path in drawn.items()}
        cases = [*faults(), *sound()]
        for case in cases:
            if asked.only in case.name and (asked.again or case.name not in kept):
                kept[case.name] = _row(case, data[case.data], folder)
                KEPT.write_text("".join(json.dumps(row) + "\n" for row in kept.values()), encoding="utf-8")
    RESULT.write_text(page([kept[case.name] for case in cases if case.name in kept]), encoding="utf-8")


def _row(case: Case, dataset: Dataset, folder: Path) -> dict[str, Any]:
    report = judged(case, dataset, folder)
    serious = [(o, f) for o, f in report.findings() if o.level != "note"]
    found = [(o, f) for o, f in serious if o.code in case.codes]
    alarms = [(o, f) for o, f in serious if o.code.startswith("M2")] if not case.codes else []
    first = next(iter(found or alarms), None)
    said = (
        f"{first[0].code} {first[1].message} ({first[1].place})" if first else str(report.meta.get("model_error", ""))
    )
    others = sorted({o.code for o, _ in serious} - set(case.codes)) if case.codes else []
    leading = report.diagnoses[0].cause if report.diagnoses else ""
    row = {
        "case": case.name,
        "fault": bool(case.codes),
        "found": bool(found),
        "placed": any(is_at(case, f) for _, f in found),
    }
    row |= {"alarm": bool(alarms), "said": said, "others": others, "leading": leading}
    print(json.dumps(row), flush=True)
    return row


def page(rows: list[dict[str, Any]]) -> str:
    """The results as a page."""
    planted, healthy = [r for r in rows if r["fault"]], [r for r in rows if not r["fault"]]
    found, placed = sum(r["found"] for r in planted), sum(r["placed"] for r in planted)
    lines = ["# Planted faults of models", "", "`python bench/model_faults/run.py`", ""]
    lines += [f"- faults: {len(planted)}, found: {found}, with the right place: {placed}"]
    lines += [
        f"- sound look-alikes: {len(healthy)}, with an error or a warning: {sum(r['alarm'] for r in healthy)}",
        "",
    ]
    lines += ["| case | found | place | first cause | also named | what was said |", "|---|---|---|---|---|---|"]
    for r in planted:
        marks = ["yes" if r[key] else "no" for key in ("found", "placed")]
        lines.append(
            f"| {r['case']} | {marks[0]} | {marks[1]} | {r['leading']} | {', '.join(r['others'])} | {r['said']} |"
        )
    lines += ["", "| sound | alarm |", "|---|---|"]
    lines += [f"| {r['case']} | {r['said'] if r['alarm'] else 'none'} |" for r in healthy]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
