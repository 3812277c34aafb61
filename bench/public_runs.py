"""What traindx says of real public run folders, beside what a reader saw in their curves.

    python bench/public_runs.py RUNS [--anew]

RUNS holds the run folders. Each one with a log, or with settings alone, is diagnosed; what was found is kept below the
temporary folder and not made anew unless asked for. `public_runs.tsv` is what one reader saw in plots of training loss,
validation loss and metric of every distinct log of five epochs and more: healthy, unclear, faulty, or two of them where the
curve leaves it open. The plots were looked at before the checks V410 to V423 were written, the words written down after
they had been run: so the agreement shows that nothing absurd is said of these logs, it is no independent measurement.
Writes results/public-runs.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from traindx import examine
from traindx.errors import TraindxError

HERE = Path(__file__).parent
LOGS = ("results.csv", "metrics.csv", "args.yaml", "opt.yaml")
BENIGN = ("val-below-train", "schedule-event", "ema-lag", "within-noise")


def folders(runs: Path) -> list[Path]:
    """Folders with a log, or with the settings of a run alone; those of INDEX.tsv and others."""
    return sorted({file.parent for name in LOGS for file in runs.rglob(name)})


def diagnosed(folder: Path, runs: Path) -> dict[str, Any]:
    """One folder's verdict, first diagnosis, benign shapes and failed checks, or the line that refused it."""
    row: dict[str, Any] = {"path": str(folder.relative_to(runs))}
    logs = [p for name in LOGS[:2] if (p := folder / name).is_file()]
    row["content"] = hashlib.sha1(logs[0].read_bytes()).hexdigest() if logs else row["path"]
    row["log"] = str(logs[0].relative_to(runs)) if logs else ""
    try:
        report = examine.diagnose(folder)
    except TraindxError as error:
        return {**row, "verdict": "refused", "sentence": str(error)}
    likely = [d.cause for d in report.diagnoses if d.status in ("proved", "consistent")]
    return {
        **row,
        "verdict": report.verdict,
        "sentence": report.meta["sentence"],
        "first": likely[0] if likely else "",
        "causes": likely,
        "failed": [o.code for o in report.outcomes if o.status == "failed"],
        "errors": [o.code for o in report.outcomes if o.status == "failed" and o.level == "error"],
        "crashed": [o.code for o in report.outcomes if o.status == "crashed"],
    }


def all_of(runs: Path, kept: Path) -> list[dict[str, Any]]:
    """Every folder's row; what `kept` holds is not made anew."""
    lines = kept.read_text().splitlines() if kept.exists() else []
    rows = {row["path"]: row for row in map(json.loads, lines)}
    with kept.open("a") as file:
        for folder in folders(runs):
            if str(folder.relative_to(runs)) not in rows:
                row = diagnosed(folder, runs)
                rows[row["path"]] = row
                file.write(json.dumps(row) + "\n")
                file.flush()
    return [rows[path] for path in sorted(rows)]


def page(rows: list[dict[str, Any]], judged: dict[str, tuple[str, str]]) -> Iterator[str]:
    """The page of results."""
    yield "# Public run folders\n"
    yield "Made by `python bench/public_runs.py RUNS`, whose head says how the reader judged: not independently of the checks.\n"
    counts = Counter(row["verdict"] for row in rows)
    distinct = list({row["content"]: row for row in reversed(rows)}.values())[::-1]
    yield f"{len(rows)} folders of {len({r['path'].partition('/')[0] for r in rows})} repositories: "
    yield ", ".join(f"{n} {verdict}" for verdict, n in counts.most_common()) + "."
    yield f"Checks that crashed: {sum(len(r.get('crashed', ())) for r in rows)}. {len(distinct)} logs are distinct.\n"
    yield from _agreement([r for r in distinct if r["log"] in judged], judged)
    yield "\n## Every faulty verdict\n\n| run | what was said | by eye |\n|---|---|---|"
    for row in (r for r in rows if r["verdict"] == "faulty"):
        seen = judged.get(row["log"], ("no plot: one epoch", "validation box loss 0, training box loss above"))
        yield f"| {row['path']} | {row['sentence']} | {seen[0]}: {seen[1]} |"
    yield "\n## Why a log is unclear\n"
    reasons = Counter(_reason(r) for r in distinct if r["verdict"] == "unclear")
    yield from (f"- {n}: {words}" for words, n in reasons.most_common())
    yield "\n## Benign shapes that are named\n"
    for cause in BENIGN:
        yield f"- {cause}: {sum(cause in r.get('causes', ()) for r in distinct)} of {len(distinct)} logs"
    refused = [r for r in rows if r["verdict"] == "refused"]
    yield f"\n## Refused\n\n{len(refused)} folders."
    yield from (f"- {r['path']}: {r['sentence'].splitlines()[0][:160]}" for r in refused[:10])


def _agreement(rows: list[dict[str, Any]], judged: dict[str, tuple[str, str]]) -> Iterator[str]:
    agree = [r for r in rows if r["verdict"] in judged[r["log"]][0].split(" or ")]
    false = [r for r in rows if r["verdict"] == "faulty" and "faulty" not in judged[r["log"]][0]]
    yield f"## Beside the reader\n\nOf {len(rows)} distinct logs that were plotted, {len(agree)} verdicts are the reader's "
    yield f"({len(agree) / len(rows):.1%}); {len(false)} healthy or unclear ones are called faulty.\n"
    yield "| by eye | healthy | unclear | faulty |\n|---|---|---|---|"
    table = Counter((judged[r["log"]][0], r["verdict"]) for r in rows)
    for word in dict.fromkeys(j for j, _ in judged.values()):
        yield f"| {word} | " + " | ".join(str(table[word, v]) for v in ("healthy", "unclear", "faulty")) + " |"
    yield "\nWhere they differ:\n"
    for row in rows:
        if row not in agree:
            word, seen = judged[row["log"]]
            yield f"- {row['path']}: by eye {word} ({seen}); said: {row['sentence']}"


def _reason(row: dict[str, Any]) -> str:
    names = {
        "V403": "too few epochs, or inside the warm-up",
        "V412": "the validation loss rises alone",
        "V418": "a warm-up over finished weights",
        "V408": "the metric breaks down again and again",
        "V411": "cut off before half of its plan",
        "V410": "nothing became better",
        "V413": "the metric is near zero",
        "V414": "training is as poor as validation",
    }
    return next((words for code, words in names.items() if code in row.get("failed", ())), row["sentence"])


def main() -> None:
    """Diagnose, compare, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--anew", action="store_true", help="forget what earlier calls found")
    given = parser.parse_args()
    kept = Path(tempfile.gettempdir()) / f"traindx-public-runs-{given.runs.resolve().name}.jsonl"
    if given.anew:
        kept.unlink(missing_ok=True)
    rows = all_of(given.runs, kept)
    with (HERE / "public_runs.tsv").open(newline="") as file:
        judged = {row["path"]: (row["judged"], row["seen"]) for row in csv.DictReader(file, delimiter="\t")}
    (HERE / "results" / "public-runs.md").write_text("\n".join(page(rows, judged)) + "\n")


if __name__ == "__main__":
    main()
