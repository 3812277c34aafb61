"""Asks traindx about a set by its command line, as a user would: `traindx check DATA --format json`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.planted.answer import Answer, Said

import traindx

MOST = 4000
"""Findings of an answer that are kept."""


def ask(case: str, root: Path, data: Path, arguments: tuple[str, ...], timeout: float = 300) -> Answer:
    """What traindx says about the set at `data`, whose paths are relative to `root`."""
    command = [
        str(Path(sys.executable).parent / "traindx"),
        "check",
        str(data),
        "--format",
        "json",
        "--no-cache",
        *arguments,
    ]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=root.parent)
    seconds = round(time.monotonic() - started, 2)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        refused = (done.stderr or done.stdout)[-2000:]
        return Answer("traindx", case, traindx.__version__, seconds, (), (), True, 0, refused)
    return Answer(
        tool="traindx",
        case=case,
        version=traindx.__version__,
        seconds=seconds,
        said=tuple(_said(report, root))[:MOST],
        named=tuple(d["cause"] for d in report["diagnoses"] if _names(d)),
        faulty=report["verdict"] == "faulty" or done.returncode != 0,
        backgrounds=_backgrounds(report),
        refused=done.stderr[-2000:] if done.returncode == 2 else "",
    )


def _names(diagnosis: Mapping[str, Any]) -> bool:
    return diagnosis["status"] in ("proved", "consistent") and diagnosis["cause"] != "healthy"


def _said(report: Mapping[str, Any], root: Path) -> Iterator[Said]:
    """Findings of failed checks; a crashed check is told as well."""
    home = Path(report["meta"].get("root") or root)
    for outcome in report["outcomes"]:
        if outcome["status"] == "crashed":
            yield Said("", None, "", "crashed", (), f"{outcome['code']} crashed: {outcome['reason']}", outcome["code"])
        for finding in outcome["findings"]:
            place = finding["place"]
            yield Said(
                path=_relative(place.get("path"), home, root),
                line=place.get("line"),
                image=_relative(place.get("image"), home, root),
                level=outcome["level"],
                causes=tuple(outcome["causes"]),
                message=finding["message"][:300],
                code=outcome["code"],
            )


def _relative(path: str | None, home: Path, root: Path) -> str:
    """A path of the report, relative to the root of the set."""
    if not path:
        return ""
    whole = home / path
    return str(whole.relative_to(root)) if whole.is_relative_to(root) else str(whole)


def _backgrounds(report: Mapping[str, Any]) -> int:
    """How many pictures without objects the overview counts."""
    for item in report.get("overview", ()):
        if item["type"] == "table" and "background" in item["columns"]:
            return sum(int(row[item["columns"].index("background")] or 0) for row in item["rows"])
    return 0
