"""Draws small Pascal VOC datasets: pictures of noise and their xml."""

from __future__ import annotations

from pathlib import Path

from tests.scan.drawn import HEIGHT, WIDTH, jpeg, write

PICTURES = 6
Corners = tuple[float, float, float, float]


def item(name: str, corners: Corners, more: str = "") -> str:
    """One <object>, with its tag on a line of its own."""
    sides = "".join(f"<{k}>{v:g}</{k}>" for k, v in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True))
    return f"  <object>\n    <name>{name}</name><difficult>0</difficult>\n    <bndbox>{sides}</bndbox>{more}\n  </object>\n"


def items(n: int = 0) -> str:
    """Three objects of three classes."""
    corners = [(8.0 + 45 * k + n, 60 + 5 * k + 2 * n, 38 + 45 * k + 2 * n, 86 + 5 * k + 3 * n) for k in range(3)]
    return "".join(item("abc"[k], box) for k, box in enumerate(corners))


def xml(stem: str, objects: str, *, size: tuple[int, int] | None = (WIDTH, HEIGHT), filename: str | None = None) -> str:
    """One annotation: filename in line 3, size in line 5, the first object in line 6."""
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>3</depth></size>" if size else ""
    named = f"{stem}.jpg" if filename is None else filename
    head = f"<annotation>\n  <folder>x</folder>\n  <filename>{named}</filename>\n  <path>C:\\x\\{stem}.png</path>\n"
    return f"{head}  {sides}\n{objects}</annotation>\n"


def write_voc(root: Path, spoiled: dict[str, str | bytes] | None = None) -> Path:
    """The set in VOC's own layout, train0..train5 and val0..val5; `spoiled` replaces xml by stem. Returns the root."""
    for seed, split in enumerate(("train", "val")):
        for n in range(PICTURES):
            stem = f"{split}{n}"
            write(root / "JPEGImages" / f"{stem}.jpg", jpeg(10 * seed + n))
            write(root / "Annotations" / f"{stem}.xml", (spoiled or {}).get(stem, xml(stem, items(n))))
        listed = "".join(f"{split}{n}\n" for n in range(PICTURES))
        write(root / "ImageSets" / "Main" / f"{split}.txt", listed)
    return root
