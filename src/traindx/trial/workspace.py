"""The scratch workspace of an arm: copies of the folders that a command works in, so that it never writes to the user's."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from traindx.errors import TraindxError
from traindx.trial.copying import Copied, Stamp, copy_file, copy_tree, stamp

QUIET = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "WANDB_MODE": "disabled",
    "COMET_MODE": "disabled",
    "CLEARML_OFFLINE_MODE": "1",
    "NEPTUNE_MODE": "debug",
}
"""Environment of an arm: no bytecode beside the user's modules, and no run in the user's account of a tracking service."""


@dataclass(frozen=True)
class Workspace:
    """`home` holds everything; `roots` maps the user's folders to their copies; the arm runs in `cwd`.

    A copy lies at `home` + the folder's own path, so that relative paths between the folders still hold.
    """

    home: Path
    cwd: Path
    roots: Mapping[str, str]
    links: Mapping[str, Stamp]
    left_out: tuple[str, ...]

    def translate(self, text: str) -> str:
        """`text` with every absolute path into a copied folder replaced by the path of its copy."""
        return os.fsdecode(_translator(self.roots)(os.fsencode(text)))

    def original(self, text: str) -> str:
        """`text` with the path of every copy replaced by that of the user's own folder."""
        for own, copy in sorted(self.roots.items(), key=lambda pair: -len(pair[1])):
            text = text.replace(copy, own)
        return text

    def copy_of(self, path: Path) -> Path:
        """Where a file of the user's lies here. One that was left out is fetched, because the caller names it."""
        target = Path(self.translate(str(path)))
        if target != path and path.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(path, target, Copied(), float("inf"), self.home, _translator(self.roots))
        return target

    def touched(self) -> list[str]:
        """Files and folders of the user's that changed since the copy was made: the arm wrote there, or somebody else did."""
        return sorted(path for path, before in self.links.items() if _stamp_or_none(path) != before)

    def remove(self) -> None:
        """Delete the copies."""
        shutil.rmtree(self.home, ignore_errors=True)


def make_workspace(
    cwd: Path, home: Path, *, also: Sequence[Path] = (), since: float = float("inf"), avoid: Path | None = None
) -> Workspace:
    """Copy `cwd`, and the files and folders `also` that the command works with, below `home`, which must not exist.

    `since` [epoch seconds] is when the recorded run began; `avoid` (default: `home`) is never copied. What is not caught:
    a program that writes to an absolute path outside of these folders which stands in its own code or environment.
    Raises `TraindxError` if `cwd` is gone or cannot be copied.
    """
    if not cwd.is_dir():
        raise TraindxError(f"{cwd} is no folder", "the command ran there", "give a command that can run again")
    origins = _outermost([cwd, *also])
    if any(origin == Path(origin.anchor) for origin in origins):
        raise TraindxError(
            f"the command works in {cwd.anchor}", "a trial copies its folder", "run it in a folder of its own"
        )
    roots = {str(origin): str(home / origin.relative_to(origin.anchor)) for origin in origins}
    done, rewrite = Copied(), _translator(roots)
    try:
        for origin, copy in roots.items():
            _copy(Path(origin), Path(copy), done, since, avoid or home, rewrite)
    except OSError as error:
        shutil.rmtree(home, ignore_errors=True)
        raise TraindxError(
            f"{cwd} cannot be copied: {error}", "a trial runs in a copy", "give another --scratch"
        ) from error
    here = Path(os.fsdecode(rewrite(os.fsencode(_plain(cwd)))))
    return Workspace(home, here, roots, done.links, tuple(done.left_out))


def _copy(origin: Path, copy: Path, done: Copied, since: float, avoid: Path, rewrite: _Translator) -> None:
    if origin.is_dir():
        copy_tree(origin, copy, done, since=since, avoid=avoid, rewrite=rewrite)
    else:
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy_file(origin, copy, done, since=since, rewrite=rewrite)


def _plain(path: Path) -> Path:
    """Absolute and without `..`, but links kept as they are written."""
    return Path(os.path.normpath(path.absolute()))


def _outermost(folders: Sequence[Path]) -> list[Path]:
    """The folders without those that lie in another of them. Both spellings of a linked folder are kept."""
    spelled = dict.fromkeys(_plain(folder) for folder in folders)
    return [f for f in spelled if not any(f != other and f.is_relative_to(other) for other in spelled)]


def _translator(roots: Mapping[str, str]) -> _Translator:
    return _Translator({os.fsencode(origin): os.fsencode(copy) for origin, copy in roots.items()})


class _Translator:
    """Replaces whole path prefixes in bytes; `/a/b` in `/a/b-old` or `x/a/b` is another path and stays."""

    def __init__(self, roots: Mapping[bytes, bytes]) -> None:
        self.roots = roots
        names = b"|".join(re.escape(origin) for origin in sorted(roots, key=len, reverse=True))
        self.pattern = re.compile(rb"(?<![\w./\-])(?:" + names + rb")(?![\w.\-])")

    def __call__(self, text: bytes) -> bytes:
        return self.pattern.sub(lambda match: self.roots[match[0]], text)


def _stamp_or_none(path: str) -> Stamp | None:
    try:
        return stamp(Path(path))
    except OSError:
        return None
