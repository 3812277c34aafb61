"""A dataset of which nothing is known but that its description is broken."""

from __future__ import annotations

from pathlib import Path

from traindx.core.dataset import Boxes, Dataset, Images, Oddity
from traindx.core.small_dataset import columns
from traindx.errors import UnreadableError
from traindx.scan.coco_files import root_of
from traindx.scan.entry_rows import Entry, rows_of


def unread(data: Path, error: UnreadableError) -> Dataset:
    """The broken file as the one thing to find in the dataset at `data`: an entry that cannot be used (json), or settings."""
    file, line, said = Path(error.path).absolute(), error.line or 0, f"the file {error.problem}"
    json = file.suffix.lower() == ".json"
    root = data.absolute() if data.is_dir() else root_of(file) if json else file.parent
    name = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
    return Dataset(
        root=str(root),
        source=str(file),
        format="coco" if json else "yolo",
        task="detect",
        names={},
        splits=(),
        images=columns(Images, ()),
        boxes=columns(Boxes, ()),
        rows=rows_of([Entry(name, line, "malformed", said)] if json else []),
        oddities=() if json else (Oddity(name, "unreadable", said, line=line),),
    )
