"""Repairs a dataset's own files: a whole backup first, then one file after the other, each by a rename."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from traindx.core.dataset import Dataset
from traindx.errors import TraindxError
from traindx.repair.alone import alone, stops_held
from traindx.repair.content import new_content
from traindx.repair.log import LOG, write_log
from traindx.repair.plan import Plan

REST = ".rest"
"""Folder in the backup of the new files that are not in their place yet; it goes when all are."""

IN_WORK = ".traindx-in-work"
"""The one file that stands beside a label while it is exchanged, where the backup is on another file system."""


def write_in_place(dataset: Dataset, plan: Plan) -> Path:
    """Change the dataset's own files; returns the folder beside its root that holds the old ones and the log.

    Raises `TraindxError` before anything is written if a file is a link, lies outside of the root or cannot be written, if
    another run repairs the set or one was interrupted; and if writing fails, after the old files are back. Asked to stop
    by a signal, it finishes the file in work and raises `KeyboardInterrupt` with what is done and where the backup is.
    """
    root = Path(dataset.root)
    targets = {path: Path(dataset.absolute(path)) for path in plan.files}
    for target in targets.values():
        _require_own(target, root)
    with alone(root), stops_held() as stops:
        if (other := unfinished(root)) is not None:
            raise TraindxError(f"the repair of {other} was interrupted", "files are half repaired", "finish it first")
        backup = _new_folder(root)
        try:
            _prepare(plan, targets, backup, stops)
        except OSError as error:
            shutil.rmtree(backup, ignore_errors=True)
            raise _cannot(root, error) from error
        except BaseException:
            shutil.rmtree(backup, ignore_errors=True)
            raise
        try:
            _exchange(backup, root, stops)
        except OSError as error:
            _undo(backup, root)
            raise _cannot(root, error) from error
    return backup


def unfinished(root: Path) -> Path | None:
    """The backup of a repair in place that was interrupted: some files are changed, others are not. None if there is none."""
    for backup in sorted(root.parent.glob(f"{glob.escape(root.name)}-before-fix-*")):
        begun = (backup / LOG).is_file() and _files(backup / REST)
        if begun and any(_differ(backup / path, root / path) for path in _changed(backup)):
            return backup
    return None


def finish(root: Path, backup: Path) -> int:
    """Put the rest of an interrupted repair in place; returns how many files that were. Raises as `write_in_place` does."""
    with alone(root), stops_held() as stops:
        left = len(_files(backup / REST))
        try:
            _exchange(backup, root, stops)
        except OSError as error:
            seen = f"{error.filename or root} cannot be written: {error.strerror or error}"
            raise TraindxError(seen, _state(backup)) from error
    return left


def _new_folder(root: Path) -> Path:
    """A folder beside the root that nobody had before."""
    name = f"{root.name}-before-fix-{time.strftime('%Y%m%d-%H%M%S')}"
    for n in count(1):
        folder = root.parent / (name if n == 1 else f"{name}-{n}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise _cannot(root.parent, error) from error
        return folder
    raise AssertionError


def _prepare(plan: Plan, targets: Mapping[str, Path], backup: Path, stops: Sequence[int]) -> None:
    """The old files in the backup, the new ones below its `REST`, and at last the log: all of it on the disk."""
    made = []
    for path, target in targets.items():
        if stops:
            raise KeyboardInterrupt("nothing was changed")
        data = target.read_bytes()
        for file, content in ((backup / path, data), (backup / REST / path, new_content(path, data, plan.files[path]))):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            made.append(file)
        shutil.copystat(target, backup / path)
        shutil.copymode(target, backup / REST / path)
    for file in made:
        with file.open("rb") as written:
            os.fsync(written.fileno())
    write_log(plan, backup)


def _exchange(backup: Path, root: Path, stops: Sequence[int]) -> None:
    """Rename the new files over the old ones; a file that is no longer as it was when it was backed up raises."""
    for path in _files(backup / REST):
        if stops:
            if _changed(backup):
                raise KeyboardInterrupt(_state(backup))
            shutil.rmtree(backup)
            raise KeyboardInterrupt("nothing was changed")
        if _differ(backup / path, root / path):
            raise OSError(errno.EBUSY, "it changed meanwhile", str(root / path))
        _put(backup / REST / path, root / path)
    shutil.rmtree(backup / REST, ignore_errors=True)


def _put(file: Path, target: Path) -> None:
    """Rename the file over the target; from another file system it goes beside the target first."""
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(IN_WORK)
        try:
            shutil.copy2(file, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        file.unlink()


def _undo(backup: Path, root: Path) -> None:
    """Put the old files back and remove the backup. Raises `TraindxError` if they cannot all be."""
    changed = _changed(backup)
    shutil.rmtree(backup / REST, ignore_errors=True)
    copy = backup / IN_WORK
    try:
        for path in changed:
            shutil.copy2(backup / path, copy)
            _put(copy, root / path)
    except OSError as error:
        why = f"{len(changed):,} files were changed, the old ones are in {backup}"
        raise TraindxError(f"{root}: {error.strerror or error}", why, "copy them back") from error
    shutil.rmtree(backup, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    """Files below a folder, relative to it."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _changed(backup: Path) -> list[str]:
    """Files whose new content is in its place."""
    waiting = {f"{REST}/{path}" for path in _files(backup / REST)}
    rest = {path.removeprefix(f"{REST}/") for path in waiting}
    return [path for path in _files(backup) if path not in waiting | rest | {LOG}]


def _state(backup: Path) -> str:
    done, left = len(_changed(backup)), len(_files(backup / REST))
    return (
        f"{done:,} of {done + left:,} files are changed, the old ones are in {backup}; to go on, run it again; "
        f"to undo, delete {backup / REST} and copy the files beside it back"
    )


def _differ(one: Path, other: Path) -> bool:
    return not other.is_file() or one.read_bytes() != other.read_bytes()


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


def _cannot(place: Path, error: OSError) -> TraindxError:
    named = error.filename or place
    return TraindxError(f"{named} cannot be written: {error.strerror or error}", "nothing was changed")
