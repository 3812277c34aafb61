"""Writes repairs as a copy of the dataset. Either all is done or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.content import new_content
from traindx.repair.entry_copy import write_entry_copy
from traindx.repair.log import write_log
from traindx.repair.plan import Plan
from traindx.repair.yolo_copy import write_yolo_copy


def write_copy(dataset: Dataset, plan: Plan, destination: Path) -> Path:
    """A repaired copy in `destination`, which must not exist or be empty: pictures linked, labels written, and the log.

    Returns what to give to `check`: the copy's data.yaml, or its folder. Raises `TraindxError`, and then leaves nothing, if
    the folder lies in the dataset or holds it, is not empty, or cannot be written.
    """
    home = Path(os.path.abspath(destination))  # noqa: PTH100 - as written, links not resolved
    _refuse(dataset, home)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{home.name}-", dir=home.parent) as scratch:
            into = Path(scratch) / home.name
            into.mkdir()
            made = _fill(dataset, plan, into, home)
            write_log(plan, into)
            if home.is_dir():
                home.rmdir()
            into.rename(home)
    except OSError as error:
        raise _cannot(home, error) from error
    return home / made


def _refuse(dataset: Dataset, home: Path) -> None:
    real, root = home.resolve(), Path(dataset.root).resolve()
    if dataset.task != "detect" or dataset.format == "imagefolder":
        raise TraindxError("a dataset of class folders has no label files", "there is nothing that could be repaired")
    if real.is_relative_to(root) or root.is_relative_to(real):
        raise TraindxError(
            f"{home} lies in the dataset or holds it", f"its root is {dataset.root}", "choose another folder"
        )
    for folder in _read_from(dataset):
        if real.is_relative_to(folder):
            raise TraindxError(f"{home} lies in {folder}", "the dataset has files there", "choose another folder")
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise TraindxError(f"{home} is no folder", "a copy needs one of its own", "choose another name")
    if home.is_dir() and any(home.iterdir()):
        raise TraindxError(f"{home} is not empty", "nothing is written over", "choose a new folder")


def _read_from(dataset: Dataset) -> set[Path]:
    """The folders of the splits, pictures and label files, links resolved."""
    named = {place for split in dataset.splits for place in split.resolved.split(", ") if place}
    files = {*map(dataset.absolute, map(str, dataset.images.path)), *map(str, dataset.images.label_path)}
    folders = named | {file.rpartition("/")[0] for file in files}
    return {Path(folder).resolve() for folder in folders if Path(folder).is_dir()}


def _fill(dataset: Dataset, plan: Plan, into: Path, home: Path) -> str:
    """Write the copy into a folder; returns what of it names the dataset."""
    if dataset.format != "yolo":
        write_entry_copy(dataset, plan, into)
        source = Path(dataset.source)
        single = source.suffix == ".json" and source.is_relative_to(dataset.root)
        return source.relative_to(dataset.root).as_posix() if single and len(dataset.splits) == 1 else "."
    relative = {i: str(p).removeprefix(f"{dataset.root.rstrip('/')}/") for i, p in enumerate(dataset.images.label_path)}

    def rewrite(image: int, data: bytes) -> bytes:
        edits = plan.files.get(relative[image], ())
        return new_content(relative[image], data, edits) if edits else data

    return write_yolo_copy(dataset, into, rewrite, home=home, found=bool(plan.found), left_out=plan.left_out).name


def _cannot(place: Path, error: OSError) -> TraindxError:
    return TraindxError(f"{place} cannot be written: {error.strerror or error}", "nothing was changed")
