"""Are planted faults of settings and machines found, at their place, and are sound settings let alone?

    python -m bench.setting_faults.run        # writes results/setting_faults.md and .jsonl, in under a minute

Each case is written into a folder of its own and examined as at the start of `traindx run`: nothing of it is started. The sound
ones are joined by the scripts of `healthy/`, as they are.
"""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.setting_faults.case import Case
from bench.setting_faults.faults import FAULTS
from bench.setting_faults.healthy import healthy
from bench.setting_faults.recipes import RECIPES
from bench.setting_faults.written import FAULTS as WRITTEN
from bench.setting_faults.written import SOUND

from traindx.checks import all_checks
from traindx.core.runner import run_checks
from traindx.inspect.machine import machine_of
from traindx.inspect.setup import setup_of

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results"
CHECKS = [check for check in all_checks() if check.code.startswith(("S1", "P2"))]


def examined(case: Case, folder: Path) -> list[dict[str, Any]]:
    """What is said of a case."""
    for name, text in case.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = shlex.split(case.command)
    facts = {"setup": setup_of(command, folder), "machine": replace(machine_of(command, folder), **case.machine)}
    outcomes = run_checks(CHECKS, facts)
    crashed = [
        {"code": o.code, "level": "crash", "place": "", "message": o.reason} for o in outcomes if o.status == "crashed"
    ]
    found = [
        {"code": o.code, "level": o.level, "place": _place(f.place), "setting": f.place.setting, "message": f.message}
        for o in outcomes
        for f in o.findings
    ]
    return crashed + found


def _place(place: Any) -> str:
    return f"{place.path}:{place.line}" if place.path else str(place.setting or "")


def rows() -> Iterator[dict[str, Any]]:
    """A row for every case, planted and sound."""
    for case in (*FAULTS, *WRITTEN, *healthy(), *RECIPES, *SOUND):
        with tempfile.TemporaryDirectory() as folder:
            found = examined(case, Path(folder))
        own = [f for f in found if f["code"] == case.code]
        at = [f for f in own if case.place in (f["place"], f.get("setting"))]
        kind = "planted" if case.code else "sound"
        yield {
            "kind": kind,
            "name": case.name,
            "code": case.code,
            "place": case.place,
            "seen": bool(own),
            "at": bool(at),
            "found": found,
        }
    for script in sorted((HERE.parent / "healthy").glob("*.py")):
        found = examined(Case(script.name, f"python {script.name}"), script.parent)
        yield {"kind": "sound", "name": f"healthy/{script.name}", "code": "", "place": "", "found": found}


def report(done: list[dict[str, Any]]) -> str:
    """The table."""
    planted, sound = ([row for row in done if row["kind"] == kind] for kind in ("planted", "sound"))
    errors = [(r["name"], f) for r in sound for f in r["found"] if f["level"] in ("error", "crash")]
    warned = [(r["name"], f) for r in sound for f in r["found"] if f["level"] == "warning"]
    seen, at = sum(r["seen"] for r in planted), sum(r["at"] for r in planted)
    lines = [
        "# Planted faults of settings and machines",
        "",
        f"`python -m bench.setting_faults.run`: of {len(planted)} planted faults {seen} are seen, {at} at their place. "
        f"Of {len(sound)} sound settings {len(errors)} are called an error, {len({n for n, _ in warned})} have a warning, "
        f"{sum(any(f['level'] == 'note' for f in r['found']) for r in sound)} a note.",
        "",
        "| planted | check | place | seen | at its place | besides |",
        "|---|---|---|---|---|---|",
    ]
    for row in planted:
        besides = ", ".join(sorted({f["code"] for f in row["found"]} - {row["code"]})) or " "
        marks = " | ".join("yes" if row[key] else "**no**" for key in ("seen", "at"))
        lines.append(f"| {row['name']} | {row['code']} | {row['place']} | {marks} | {besides} |")
    lines += ["", "## Said of sound settings", ""]
    lines += [f"- {row['name']}: {f['level']} {f['code']}: {f['message']}" for row in sound for f in row["found"]]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Examine every case and write the results."""
    done = list(rows())
    (RESULTS / "setting_faults.jsonl").write_text("".join(json.dumps(row) + "\n" for row in done), encoding="utf-8")
    (RESULTS / "setting_faults.md").write_text(report(done), encoding="utf-8")
    print("\n".join(report(done).splitlines()[2:3]))


if __name__ == "__main__":
    main()
