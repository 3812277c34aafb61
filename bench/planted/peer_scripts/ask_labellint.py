"""labellint: its command line on each annotation file, all rules."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from line_server import Heard, said, serve

CAUSES = (
    (
        "categor",
        ("class-map-mismatch", "class-id-out-of-range", "duplicate-entries", "missing-class", "class-imbalance"),
    ),
    ("orphan", ("missing-images", "wrong-file-reference", "class-id-out-of-range", "orphan-labels")),
    ("duplicate", ("duplicate-entries", "duplicate-labels", "class-map-mismatch")),
    ("bound", ("box-outside-image", "wrong-box-format")),
    ("zero", ("degenerate-boxes", "wrong-recorded-size")),
    ("dimension", ("degenerate-boxes", "wrong-recorded-size")),
    ("malformed", ("malformed-labels", "degenerate-boxes")),
    ("unannotated", ("too-many-backgrounds",)),
    ("imbalance", ("class-imbalance",)),
)


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Each finding of its JSON report, at the annotation file that it is about."""
    heard, empty = [], 0
    command = str(Path(sys.executable).parent / "labellint")
    for file in sorted(Path(root).rglob("*.json")):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "report.json"
            done = subprocess.run([command, "scan", str(file), "--out", str(out)], capture_output=True, text=True)
            if not out.exists():
                words = re.sub(r"\s+", " ", done.stdout + done.stderr)[-300:]
                heard.append(said(str(file), words, ("malformed-labels",), "error"))
                continue
            found = json.loads(out.read_text())
        for finding in _findings(found):
            words = json.dumps(finding)[:300]
            causes = next((causes for text, causes in CAUSES if text in words.lower()), ())
            heard.append(said(str(file), words, causes))
            empty += "unannotated" in words.lower()
    return heard, empty


def _findings(found: object) -> list[object]:
    """The entries of the report, however deep they lie."""
    if isinstance(found, list):
        return [f for item in found for f in (_findings(item) if isinstance(item, list) else [item])]
    if isinstance(found, dict):
        return [f for value in found.values() if isinstance(value, (list, dict)) for f in _findings(value)]
    return []


serve("labellint", ask)
