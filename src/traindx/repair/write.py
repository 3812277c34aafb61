"""Writes repairs: as a copy beside the dataset, or in place with a backup. Either all is done or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.content import new_content
from traindx.repair.plan import Plan
from traindx.repair.yolo_copy import link_or_copy, write_yolo_copy

LOG = "fixes.jsonl"
"""One line of JSON for each edit: path, line, before, after, codes, safe."""

COPIED_UP_TO = 64 * 2**20
"""Bytes up to which a file of a json or xml dataset that is no picture goes into the copy."""


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
            _write_log(plan, into)
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
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise TraindxError(f"{home} is no folder", "a copy needs one of its own", "choose another name")
    if home.is_dir() and any(home.iterdir()):
        raise TraindxError(f"{home} is not empty", "nothing is written over", "choose a new folder")


def _fill(dataset: Dataset, plan: Plan, into: Path, home: Path) -> str:
    """Write the copy into a folder; returns what of it names the dataset."""
    if dataset.format != "yolo":
        _mirror(dataset, plan, into)
        source = Path(dataset.source)
        single = source.suffix == ".json" and source.is_relative_to(dataset.root)
        return source.relative_to(dataset.root).as_posix() if single and len(dataset.splits) == 1 else "."
    relative = {i: str(p).removeprefix(f"{dataset.root.rstrip('/')}/") for i, p in enumerate(dataset.images.label_path)}

    def rewrite(image: int, data: bytes) -> bytes:
        edits = plan.files.get(relative[image], ())
        return new_content(relative[image], data, edits) if edits else data

    return write_yolo_copy(dataset, into, rewrite, home=home, found=bool(plan.found), left_out=plan.left_out).name


def _mirror(dataset: Dataset, plan: Plan, into: Path) -> None:
    """The tree of the root with pictures linked, files with edits rewritten and other files copied; caches stay behind."""
    root = Path(dataset.root)
    pictures = {str(p) for i, p in enumerate(dataset.images.path) if i not in plan.left_out}
    left_out = {str(dataset.images.path[i]) for i in plan.left_out}
    for picture in sorted(pictures):
        target = into / picture if not Path(picture).is_absolute() else into / "images" / Path(picture).name
        if Path(dataset.absolute(picture)).is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(Path(dataset.absolute(picture)), target)
    for folder, _, files in os.walk(root):
        for name in files:
            file = Path(folder) / name
            path = file.relative_to(root).as_posix()
            if path in pictures or path in left_out or file.suffix == ".cache" or not file.is_file():
                continue
            if path in plan.files:
                _put(into / path, new_content(path, file.read_bytes(), plan.files[path]))
            elif file.stat().st_size <= COPIED_UP_TO or file.suffix in (".json", ".xml"):
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, into / path)


def write_in_place(dataset: Dataset, plan: Plan) -> Path:
    """Change the dataset's own files; returns the folder beside its root that holds the old ones and the log.

    Raises `TraindxError` before anything is written if a file is a link, lies outside of the root, or cannot be
    written; and if writing fails, after the old files are back.
    """
    root = Path(dataset.root)
    targets = {path: Path(dataset.absolute(path)) for path in plan.files}
    for target in targets.values():
        _require_own(target, root)
    backup = root.parent / f"{root.name}-before-fix-{time.strftime('%Y%m%d-%H%M%S')}"
    new: dict[Path, Path] = {}
    try:
        backup.mkdir()
        for path, target in targets.items():
            data = target.read_bytes()
            _put(backup / path, data)
            new[target] = _beside(target, new_content(path, data, plan.files[path]))
        _write_log(plan, backup)
    except (OSError, TraindxError) as error:
        for file in new.values():
            file.unlink(missing_ok=True)
        shutil.rmtree(backup, ignore_errors=True)
        raise error if isinstance(error, TraindxError) else _cannot(root, error) from error
    _exchange(new, {target: backup / path for path, target in targets.items()})
    return backup


def _exchange(new: Mapping[Path, Path], old: Mapping[Path, Path]) -> None:
    """Rename the new files over their targets; put the old ones back if that fails midway."""
    done: list[Path] = []
    try:
        for target, file in new.items():
            file.replace(target)
            done.append(target)
    except OSError as error:
        for target in done:
            with suppress(OSError):
                shutil.copyfile(old[target], target)
        for file in new.values():
            file.unlink(missing_ok=True)
        raise _cannot(target, error) from error


def _require_own(target: Path, root: Path) -> None:
    if not target.is_relative_to(root):
        raise TraindxError(
            f"{target} lies outside of the dataset's root {root}", "it may belong to others", "use --out DIR"
        )
    for part in (target, *target.parents):
        if part == root:
            break
        if part.is_symlink():
            raise TraindxError(f"{part} is a link", "what it leads to may belong to others", "use --out DIR")
    if not os.access(target, os.W_OK) or not os.access(target.parent, os.W_OK):
        raise TraindxError(f"{target} is read-only", "it cannot be changed in place", "use --out DIR")


def _beside(target: Path, content: bytes) -> Path:
    """The content in a new file beside the target, with its mode."""
    handle, name = tempfile.mkstemp(prefix=".traindx-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _write_log(plan: Plan, folder: Path) -> None:
    lines = [json.dumps(edit.to_json(), ensure_ascii=False) + "\n" for edit in plan.edits]
    (folder / LOG).write_text("".join(lines), encoding="utf-8")


def _cannot(place: Path, error: OSError) -> TraindxError:
    return TraindxError(f"{place} cannot be written: {error.strerror or error}", "nothing was changed")
