"""Draws small datasets: pictures of noise and boxes, and their label files."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 160, 120


def jpeg(seed: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT), **options: object) -> bytes:
    """A JPEG of smooth noise: some 4 KB, with data in every part of the scan."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=60, **options)
    return out.getvalue()


def png(size: tuple[int, int] = (WIDTH, HEIGHT), mode: str = "RGB") -> bytes:
    """A PNG of one colour with a line in it."""
    picture = Image.new(mode, size)
    for x in range(size[0]):
        picture.putpixel((x, size[1] // 2), 1 if mode in ("L", "1") else tuple([x % 255] * len(picture.getbands())))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def write(path: Path, content: bytes | str) -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def dataset(
    root: Path,
    labels: dict[str, bytes | str | None],
    *,
    settings: str = "path: .\ntrain: images/train\nval: images/val\nnames: [a, b, c]\n",
) -> Path:
    """A YOLO set: `labels` maps `train/x` to the label file's content, None for no file. Returns the data.yaml."""
    for n, (name, content) in enumerate(labels.items()):
        write(root / "images" / f"{name}.jpg", jpeg(n))
        if content is not None:
            write(root / "labels" / f"{name}.txt", content)
    return write(root / "data.yaml", settings)


def tree_hash(root: Path) -> str:
    """One hash of every file's path, content, time and link."""
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        seen.update(f"{path.relative_to(root)} {status.st_size} {status.st_mtime_ns} {status.st_mode}".encode())
        if path.is_symlink():
            seen.update(str(path.readlink()).encode())
        elif path.is_file():
            seen.update(path.read_bytes())
    return seen.hexdigest()
