"""The new content of a file that has edits, and the difference to the old one as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.core.edit import Edit
from traindx.repair.coco_text import edited_json
from traindx.repair.label_text import edited, label_text
from traindx.repair.plan import Plan
from traindx.repair.voc_text import edited_xml


def new_content(path: str, data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes of a label file, json or xml after its edits. Raises `TraindxError` if it is not the file they were made for."""
    suffix = path.lower().rpartition(".")[2]
    return {"json": edited_json, "xml": edited_xml}.get(suffix, edited)(data, edits)


def diff(dataset: Dataset, plan: Plan) -> Iterator[str]:
    """The lines of a unified diff of all files with edits, without line ends; nothing is written.

    Of a json, which may be one line, the boxes before and after are shown instead of its text.
    """
    for path, edits in plan.files.items():
        yield f"--- a/{path}"
        yield f"+++ b/{path}"
        if path.lower().endswith(".json"):
            for edit in edits:
                yield f"@@ annotation {edit.id}, line {edit.line}, {' '.join(edit.codes)} @@"
                yield f"-{edit.before}"
                if edit.after is not None:
                    yield f"+{edit.after}"
            continue
        data = Path(dataset.absolute(path)).read_bytes()
        if path in plan.recoded:
            yield "\\ other encoding than UTF-8, written as UTF-8"
        before, after = (label_text(content).text for content in (data, new_content(path, data, edits)))
        yield from list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""))[2:]
    for label, where in plan.found.items():
        yield f"label {label} taken from {where}"
    for image in sorted(plan.left_out):
        yield f"picture {dataset.images.path[image]} left out: {dataset.images.damage[image]}"
