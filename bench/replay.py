"""Replays planted bad steps: is the operation, the line and the sample that was planted the one that is named?

    python bench/replay.py [NAME ...]

Each script in `bench/bad_steps` is a small real training that says in its `# expect:` line what is wrong with it, and marks
the line with `# here`. It is recorded with `traindx run`, and the capsule that it leaves is replayed. Writes
`bench/results/replay.md` when all were run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from traindx.core.replay import Replay
from traindx.core.replay_words import sentence
from traindx.errors import TraindxError
from traindx.recorder.launch import run_command
from traindx.trial.replay import replay

SCRIPTS = Path(__file__).parent / "bad_steps"


@dataclass(frozen=True)
class Judged:
    """What became of one script: what was named, what of it was wrong, and how long run and replay took, in seconds."""

    name: str
    named: str
    wrong: tuple[str, ...]
    run: float
    replayed: float


def expected(script: Path) -> dict[str, str]:
    """The words of the script's `# expect:` line, and the number of the line marked `# here`."""
    text = script.read_text()
    words = re.search(r"^# expect: (.*)$", text, re.MULTILINE)
    assert words is not None, f"{script} does not say what it expects"
    found = dict(word.partition("=")[::2] for word in words[1].split())
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.rstrip().endswith("# here")]
    return {**found, "line": str(marked[0])} if marked else found


def faults_of(found: Replay, wanted: dict[str, str], script: str) -> list[str]:
    """What the replay says otherwise than the script."""
    origin, again = found.origin, found.again or {}
    if "error" in wanted:
        failed = again.get("failed") or {}
        right = wanted["error"] in str(again.get("error")) and failed.get("operation") == wanted["operation"]
        return [] if right and str(failed.get("line")) == wanted["line"] else [f"error: {again.get('error')}"]
    if wanted.get("cause") == "weight":
        poisoned = found.facts.get("poisoned") or []
        right = wanted["name"] in poisoned and found.step == int(wanted["step"])
        return [] if right else [f"poisoned {poisoned[:3]} at step {found.step}"]
    if origin is None:
        return ["nothing named"]
    seen = {
        "operation": origin.forward.strip("_")
        if origin.phase == "backward" and origin.forward
        else origin.operation.strip("_"),
        "own": origin.operation.strip("_"),
        "phase": origin.phase,
        "cause": origin.cause,
        "module": origin.module,
        "node": origin.node,
        "line": str(origin.line),
        "samples": ",".join(map(str, found.guilty)) or "none",
        "file": ",".join(found.sample_name(row).partition("(")[2].strip(")") for row in found.guilty),
        "precision": "cured" if (found.trial("full_precision") or {"bad": True})["bad"] is False else "not cured",
        "own_weights": "finite" if (found.trial("own_weights") or {"bad": True})["bad"] is False else "not finite",
    }
    faults = []
    for key, value in wanted.items():
        if value == "any":
            continue
        names = (seen["operation"], seen["own"]) if key == "operation" else (seen[key],)
        if not any(one in name for one in value.split(",") for name in names):
            faults.append(f"{key}: {names[0]}, not {value}")
    if origin.path is not None and origin.path != script:
        faults.append(f"path {origin.path}")
    return faults


def judged(script: Path, home: Path) -> Judged:
    """Record one script, replay its capsule, and compare."""
    wanted = expected(script)
    for name in ("drawn.py", script.name):
        shutil.copy(SCRIPTS / name, home / name)
    folder = home / "recording"
    began = time.monotonic()
    with (home / "said.txt").open("wb") as said:
        run_command([sys.executable, script.name], folder, cwd=home, stdout=said)
    ran = time.monotonic() - began
    try:
        found = replay(folder)
    except TraindxError as error:
        wrong = () if "healthy" in wanted and "holds no capsule" in str(error) else (str(error)[:200],)
        return Judged(script.stem, "no capsule", wrong, ran, 0.0)
    took = time.monotonic() - began - ran
    if "healthy" in wanted:
        named = f"finite, loss {found.again['loss']:.3g}" if found.again and not found.reproduced else sentence(found)
        return Judged(script.stem, named, (sentence(found),) if found.reproduced else (), ran, took)
    return Judged(script.stem, sentence(found), tuple(faults_of(found, wanted, script.name)), ran, took)


def main() -> None:
    """Replay the scripts that are named, or all, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    scripts = [s for s in sorted(SCRIPTS.glob("*.py")) if s.stem != "drawn" and (not names or s.stem in names)]
    rows = []
    for script in scripts:
        with tempfile.TemporaryDirectory() as home:
            rows.append(judged(script, Path(home)))
        row = rows[-1]
        print(f"{'ok  ' if not row.wrong else 'MISS'} {row.name}: {row.named} {list(row.wrong) or ''}", flush=True)
    right = sum(not row.wrong for row in rows)
    print(f"{right} of {len(rows)}")
    if not names:
        write(rows)


def write(rows: list[Judged]) -> None:
    """Write the table."""
    right = sum(not row.wrong for row in rows)
    lines = [
        "# Planted bad steps, replayed",
        "",
        "Written by `python bench/replay.py`. Each row is a small training in `bench/bad_steps`, recorded with `traindx run`;",
        "its capsule was replayed, and what was named is compared with what was planted: operation, pass, line, samples.",
        "",
        f"{right} of {len(rows)} as planted.",
        "",
        "| script | as planted | what the replay says | run [s] | replay [s] |",
        "|---|---|---|---:|---:|",
    ]
    for row in rows:
        verdict = "yes" if not row.wrong else "no: " + "; ".join(row.wrong)
        said = row.named.replace("|", "/")
        lines.append(f"| `{row.name}` | {verdict} | {said} | {row.run:.1f} | {row.replayed:.1f} |")
    (Path(__file__).parent / "results" / "replay.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
