"""The folders in a folder and its files of some kinds, sorted, at one look each."""

from __future__ import annotations

import os
from pathlib import Path


def folders_in(folder: Path) -> list[Path]:
    """Folders directly in a folder, and links to folders. Raises `OSError` if it cannot be read."""
    with os.scandir(folder) as items:
        return [folder / name for name in sorted(item.name for item in items if item.is_dir())]


def files_in(folder: Path, *suffixes: str) -> list[Path]:
    """Files directly in a folder whose names end so, in small letters. Raises `OSError` if it cannot be read."""
    with os.scandir(folder) as items:
        found = (item.name for item in items if item.name.lower().endswith(suffixes) and item.is_file())
        return [folder / name for name in sorted(found)]
