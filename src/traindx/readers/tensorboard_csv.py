"""Csv files that TensorBoard's page offers for download: `Wall time,Step,Value`, one curve a file, its tag in the file's name."""

from __future__ import annotations

import re
from pathlib import Path

from traindx.core.check import Facts
from traindx.core.history import history_of
from traindx.core.number import number_of
from traindx.readers.names import SPLITS, meaning
from traindx.readers.reader import Reader
from traindx.readers.table import Row, as_shares, rows_of
from traindx.readers.windows import by_validation

HEAD = ["Wall time", "Step", "Value"]
_NAMED = re.compile(r"run[-_](?P<run>.*?)[-_]tag[-_](?P<tag>.*)", re.IGNORECASE)
_WORDS = re.compile(r"[\s_./()-]+")
_QUANTITY = re.compile(r"loss$|acc|error|rate|^lr$|map|precision|recall|f1|iou|dice|auc|top", re.IGNORECASE)


def read_downloads(path: Path) -> Facts | None:
    """`history` of one such file, or of all in a folder together; None if there is none whose name tells what it holds."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path] if path.suffix.lower() == ".csv" else []
    curves = {known: file for file in files if _is_download(file) and (known := column_of(file.stem)) is not None}
    if not curves:
        return None
    steps: dict[float, Row] = {}
    for column, file in curves.items():
        for row in rows_of(file)[1]:
            step = number_of(row["Step"])
            if step is not None:
                steps.setdefault(step, {"step": step})[column] = number_of(row["Value"])
    rows, notes = by_validation([steps[step] for step in sorted(steps)])
    rows, scaled = as_shares(rows)
    return {"history": history_of(rows, source=str(path), tool="TensorBoard's csv", notes=[*notes, *scaled])}


TENSORBOARD_CSV = Reader(
    "TensorBoard's csv", "files `run-NAME-tag-loss_train.csv` with Wall time, Step, Value", read_downloads, 8
)


def column_of(stem: str) -> str | None:
    """What the curve is by the name of its file: the tag after `-tag-`, its split there or in the name of the run."""
    named = _NAMED.match(stem)
    run, tag = (named["run"], named["tag"]) if named else ("", stem)
    words = [w for w in _WORDS.split(tag) if w]
    split = next((w for w in [*words, *_WORDS.split(run)] if w.lower() in SPLITS), "")
    held = [w for w in words if w.lower() not in (*SPLITS, "epoch", "run")]
    while held and not _QUANTITY.search(held[0]) and len(held) > 1:
        held = held[1:]
    name = "_".join(held)
    return meaning(f"{'val' if split.lower() == 'test' else split}_{name}" if split else name)


def _is_download(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(64).decode("utf-8-sig", "replace").splitlines()[:1] == [",".join(HEAD)]
