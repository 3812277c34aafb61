"""panlabel: `panlabel validate` on the set in its own format, its warnings and errors."""

import json
import re
import subprocess
import sys
from pathlib import Path

from line_server import Heard, said, serve

CAUSES = (
    ("area", ("degenerate-boxes",)),
    ("bounds", ("box-outside-image", "wrong-box-format", "pixel-coordinates")),
    ("b_box", ("degenerate-boxes", "box-outside-image", "wrong-box-format", "pixel-coordinates")),
    ("bbox", ("degenerate-boxes", "box-outside-image", "wrong-box-format", "pixel-coordinates")),
    ("categor", ("class-map-mismatch", "class-id-out-of-range", "one-based-class-ids")),
    ("class", ("class-id-out-of-range", "one-based-class-ids", "class-map-mismatch", "malformed-labels")),
    ("no matching image", ("orphan-labels", "missing-images", "labels-not-found")),
    ("image", ("missing-images", "corrupt-images", "wrong-recorded-size", "wrong-file-reference")),
    ("duplicate", ("duplicate-entries", "duplicate-labels")),
    ("parse", ("malformed-labels",)),
    ("expected", ("malformed-labels",)),
    ("invalid", ("malformed-labels",)),
)


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Each issue of its JSON report; where it gives up, the words with which it does."""
    inputs = sorted(Path(root).rglob("*.json")) if kind == "coco" else [Path(root)]
    return [heard for path in inputs for heard in _validated(path, kind)], 0


def _validated(path: Path, kind: str) -> list[Heard]:
    command = [
        str(Path(sys.executable).parent / "panlabel"),
        "validate",
        "--format",
        kind,
        "--output",
        "json",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout.strip():
        words = " ".join(done.stderr.split())
        return [said(_file_in(words) or (str(path) if path.is_file() else ""), words, _causes(words), "error")]
    named = str(path) if path.is_file() else ""
    return [
        said(
            _file_in(i["message"]) or named,
            f"{i['code']}: {i['message']}",
            _causes(f"{i['code']} {i['message']}"),
            i["severity"],
        )
        for i in json.loads(done.stdout)["issues"]
    ]


def _file_in(words: str) -> str:
    """The first existing file that the words name, written without detours."""
    found = [Path(match) for match in re.findall(r"/[^\s:()'\"]+", words)]
    return next((str(path.parent.resolve() / path.name) for path in found if path.is_file()), "")


def _causes(words: str) -> tuple[str, ...]:
    return next((causes for text, causes in CAUSES if text in words.lower()), ())


serve("panlabel", ask)
