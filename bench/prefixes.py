"""After which step a fault is first named: the recording cut after a growing number of steps, and judged again."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from traindx.errors import TraindxError
from traindx.examine import diagnose

STEPS = (5, 10, 20, 40, 80, 160)
"""Steps after the onset at which is looked."""


def cut(recording: Path, steps: int, into: Path) -> None:
    """What a recording would hold if the training had been killed after so many steps."""
    into.mkdir()
    for file in recording.glob("*.json"):
        shutil.copy(file, into)
    for file in recording.glob("rank-*.jsonl"):
        kept = [line for line in file.read_bytes().splitlines(keepends=True) if _before(line, steps)]
        (into / file.name).write_bytes(b"".join(kept))


def _before(line: bytes, steps: int) -> bool:
    try:
        fields = json.loads(line)
    except ValueError:
        return False
    return fields.get("kind") != "end" and int(fields.get("step") or 0) < steps


def detected_at(recording: Path, right: set[str], onset: int, steps: int) -> int:
    """The number of steps after which a right cause first stands first; all, if it never does before the end."""
    with tempfile.TemporaryDirectory() as scratch:
        for after in (onset + n for n in STEPS if onset + n < steps):
            cut(recording, after, Path(scratch) / str(after))
            try:
                report = diagnose(Path(scratch) / str(after))
            except TraindxError:
                continue
            named = [d.cause for d in report.diagnoses if d.status in ("proved", "consistent")]
            if named[:1] and named[0] in right:
                return after
    return steps
