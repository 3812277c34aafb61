"""Copies a folder for a trial: small files as copies, pictures and big files as links, earlier results left out."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

COPY_UP_TO = 64 * 2**20
"""Bytes up to which a file is copied."""

COPY_IN_ALL = 2 * 2**30
"""Bytes copied in all, weights aside; what comes after is linked."""

FOLDER_UP_TO = 5_000
"""Files up to which a folder is made anew; a larger one is linked whole."""

LINKS_UP_TO = 50_000
"""Links in all, after which further folders are linked whole."""

PICTURES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".png",
        ".bmp",
        ".gif",
        ".tif",
        ".tiff",
        ".webp",
        ".dng",
        ".mpo",
        ".pfm",
        ".heic",
        ".ppm",
        ".pgm",
        ".mp4",
        ".avi",
        ".mov",
        ".mkv",
    )
)
WEIGHTS = frozenset((".pt", ".pth", ".ckpt", ".safetensors", ".bin", ".onnx", ".keras", ".engine"))
TEXT = frozenset((".py", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".sh", ".txt", ".csv"))

RESULTS = frozenset(
    ("runs", "wandb", "mlruns", "lightning_logs", "traindx-runs", "tb_logs", "tensorboard_logs", "multirun")
)
CLUTTER = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".cache",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".ipynb_checkpoints",
        ".idea",
        ".vscode",
        ".local",
        ".conda",
        ".npm",
        ".cargo",
        "node_modules",
    )
)

Stamp = tuple[int, int]
"""Modification time [ns] and size of a file or folder: what changes when somebody writes to it."""


@dataclass
class Copied:
    """What a copy consists of. `links` holds the stamps of everything that the copy refers to and of every folder read."""

    links: dict[str, Stamp] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    bytes: int = 0


def copy_tree(
    origin: Path, copy: Path, done: Copied, *, since: float, avoid: Path, rewrite: Callable[[bytes], bytes]
) -> None:
    """Copy the folder `origin` to `copy`, which must not exist, and write down in `done` what was done.

    Left out: version control, virtual environments and caches, folders of earlier results, recordings, the folder
    `avoid` (the scratch itself), and weights or files above `COPY_UP_TO` that changed after `since` [epoch seconds]:
    the recorded run made them. Text files pass through `rewrite`. Links to folders are followed, so that nothing in the
    copy leads back to a folder of the user's unless it is too large to be made anew.
    """
    copy.mkdir(parents=True)
    with contextlib.suppress(OSError):
        done.links[str(origin)] = stamp(origin)
    for entry in _entries(origin):
        source, target = Path(entry.path), copy / entry.name
        try:
            if entry.is_dir():
                if _is_left_out(source, avoid) or _leads_up(entry, source):
                    done.left_out.append(str(source))
                elif len(done.links) > LINKS_UP_TO or _files_in(source) > FOLDER_UP_TO:
                    link(source, target, done)
                else:
                    copy_tree(source, target, done, since=since, avoid=avoid, rewrite=rewrite)
            elif entry.is_file():
                copy_file(source, target, done, since=since, rewrite=rewrite)
        except PermissionError:
            done.left_out.append(str(source))


def copy_file(source: Path, target: Path, done: Copied, *, since: float, rewrite: Callable[[bytes], bytes]) -> None:
    """One file: linked if it is a picture or big, left out if the recorded run made it, else copied."""
    info, suffix = source.stat(), source.suffix.lower()
    big = info.st_size > COPY_UP_TO
    if info.st_mtime > since and (big or suffix in WEIGHTS):
        done.left_out.append(str(source))
    elif suffix in PICTURES:
        link(source, target, done)
    elif suffix in TEXT and not big:
        target.write_bytes(rewrite(source.read_bytes()))
        shutil.copymode(source, target)
        done.bytes += info.st_size
    elif suffix in WEIGHTS:  # a training may write over them, whatever their size
        shutil.copy2(source, target)
    elif big or done.bytes + info.st_size > COPY_IN_ALL:
        link(source, target, done)
    else:
        shutil.copy2(source, target)
        done.bytes += info.st_size


def link(source: Path, target: Path, done: Copied) -> None:
    """A link to the real file or folder, whose stamp is kept."""
    real = source.resolve()
    target.symlink_to(real)
    done.links[str(real)] = stamp(real)


def stamp(path: Path) -> Stamp:
    """Modification time and size now. Raises `OSError` if the path is gone."""
    info = path.stat()
    return info.st_mtime_ns, info.st_size


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda e: e.name)


def _files_in(folder: Path) -> int:
    with os.scandir(folder) as entries:
        return sum(1 for _ in entries)


def _is_left_out(folder: Path, avoid: Path) -> bool:
    return (
        folder.name in RESULTS
        or folder.name in CLUTTER
        or folder.resolve() == avoid.resolve()
        or (folder / "pyvenv.cfg").exists()
        or ((folder / "run.json").exists() and any(folder.glob("rank-*.jsonl")))
    )


def _leads_up(entry: os.DirEntry[str], folder: Path) -> bool:
    """Whether a link leads to a folder that holds it: following it would never end."""
    return entry.is_symlink() and folder.absolute().is_relative_to(folder.resolve())
