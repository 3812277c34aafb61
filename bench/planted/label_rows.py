"""Faults of label rows and label files in a YOLO detection set (f01 to f39, and more of their kind)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.planted.layouts import Yolo, plain_yolo, row, write
from bench.planted.scene import Thing
from bench.planted.truth import Fault, Plant, Source, Truth, Where

BOTH = ("one", "some")
MALFORMED = ("malformed-labels",)
BoxRow = Callable[[Thing, tuple[int, int]], str]


def _added(text: str, *causes: str, level: str = "error") -> Plant:
    """A plant that adds this row after the good ones."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in source.chosen(len(made.splits["train"])):
            lines = made.lines("train", n)
            made.relabel("train", n, [*lines, text])
            places.append(Where(made.label("train", n), len(lines) + 1, made.image("train", n)))
        return Truth(causes, tuple(places), level)  # type: ignore[arg-type]

    return plant


def _rewritten(change: BoxRow, *causes: str, level: str = "error") -> Plant:
    """A plant that writes every row of the chosen files in another way."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in _chosen(made, source):
            shot = made.splits["train"][n]
            made.relabel("train", n, [change(thing, shot.picture.size) for thing in shot.things])
            places += [Where(made.label("train", n), i + 1, made.image("train", n)) for i in range(len(shot.things))]
        return Truth(causes, tuple(places), level)  # type: ignore[arg-type]

    return plant


def _chosen(made: Yolo, source: Source) -> list[int]:
    """Files that are hit; `all` are all, and one file has at least two rows."""
    count = len(made.splits["train"])
    if source.dose == "all":
        return list(range(count))
    rich = [n for n in range(count) if len(made.splits["train"][n].things) > 1]
    return [rich[i] for i in source.chosen(len(rich))]


def _bytes(change: Callable[[bytes], bytes], *causes: str, line: int | None = 1) -> Plant:
    """A plant that changes the bytes of one label file; `line` -1 is the line after the last."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in source.chosen(len(made.splits["train"])):
            path = root / made.label("train", n)
            content = path.read_bytes()
            path.write_bytes(change(content))
            at = content.count(b"\n") + 1 if line == -1 else line
            places.append(Where(made.label("train", n), at, made.image("train", n)))
        return Truth(causes, tuple(places))

    return plant


def _again(change: Callable[[str], str], *causes: str, level: str = "error") -> Plant:
    """A plant that repeats a row of a file, changed."""

    def plant(root: Path, source: Source) -> Truth:
        made = plain_yolo(root, source)
        places = []
        for n in source.chosen(len(made.splits["train"])):
            lines = made.lines("train", n)
            made.relabel("train", n, [*lines, change(lines[0])])
            places.append(Where(made.label("train", n), len(lines) + 1, made.image("train", n)))
        return Truth(causes, tuple(places), level)  # type: ignore[arg-type]

    return plant


def _other_class(text: str) -> str:
    kind, rest = text.split(" ", 1)
    return f"{(int(kind) + 1) % 6} {rest}"


def _nudged(text: str) -> str:
    kind, x, y, w, h = text.split()
    return f"{kind} {float(x) + 0.003:.6f} {y} {float(w) + 0.002:.6f} {h}"


def _corners(t: Thing, size: tuple[int, int]) -> str:
    return f"{t.kind} {t.x0 / size[0]:.6f} {t.y0 / size[1]:.6f} {t.x1 / size[0]:.6f} {t.y1 / size[1]:.6f}"


def _top_left(t: Thing, size: tuple[int, int]) -> str:
    w, h = size
    return f"{t.kind} {t.x0 / w:.6f} {t.y0 / h:.6f} {(t.x1 - t.x0) / w:.6f} {(t.y1 - t.y0) / h:.6f}"


def _swapped(t: Thing, size: tuple[int, int]) -> str:
    kind, x, y, w, h = row(t, size).split()
    return f"{kind} {y} {x} {h} {w}"


def _pixels(t: Thing, size: tuple[int, int]) -> str:
    return f"{t.kind} {(t.x0 + t.x1) / 2:g} {(t.y0 + t.y1) / 2:g} {t.x1 - t.x0:g} {t.y1 - t.y0:g}"


def _pixel_corners(t: Thing, size: tuple[int, int]) -> str:
    return f"{t.kind} {t.x0:g} {t.y0:g} {t.x1:g} {t.y1:g}"


def _percent(t: Thing, size: tuple[int, int]) -> str:
    kind, *values = row(t, size).split()
    return " ".join([kind, *(f"{100 * float(v):.4f}" for v in values)])


def _polygon(t: Thing, size: tuple[int, int]) -> str:
    w, h = size
    points = [(t.x0, t.y0), (t.x1, t.y0), (t.x1, (t.y0 + t.y1) / 2), (t.x1, t.y1), (t.x0, t.y1)]
    return f"{t.kind} " + " ".join(f"{x / w:.5f} {y / h:.5f}" for x, y in points)


def _rotated(t: Thing, size: tuple[int, int]) -> str:
    w, h = size
    points = [
        ((t.x0 + t.x1) / 2, t.y0),
        (t.x1, (t.y0 + t.y1) / 2),
        ((t.x0 + t.x1) / 2, t.y1),
        (t.x0, (t.y0 + t.y1) / 2),
    ]
    return f"{t.kind} " + " ".join(f"{x / w:.5f} {y / h:.5f}" for x, y in points)


def _pose(t: Thing, size: tuple[int, int]) -> str:
    kind, x, y, w, h = row(t, size).split()
    return f"{kind} {x} {y} {w} {h} {x} {y} 2 {x} {float(y) + float(h) / 4:.5f} 1 0 0 0"


def _crowd(root: Path, source: Source) -> Truth:
    """f39: a thousand boxes in one picture."""
    made = plain_yolo(root, source)
    n = int(source.rng.integers(len(made.splits["train"])))
    points = np.round(source.rng.uniform(0.05, 0.95, (1000, 2)), 4)
    made.relabel("train", n, [f"{i % 6} {x} {y} 0.04 0.05" for i, (x, y) in enumerate(points)])
    return Truth(
        ("label-noise", "malformed-labels"), (Where(made.label("train", n), None, made.image("train", n)),), "warning"
    )


def _ten_with_one_bad(root: Path, source: Source) -> Truth:
    """f36: one row of ten is bad; frameworks drop the picture with its nine good boxes."""
    made = plain_yolo(root, source)
    n, at = int(source.rng.integers(len(made.splits["train"]))), int(source.rng.integers(10))
    good = [f"{i % 6} {0.08 + 0.09 * i:.3f} 0.5 0.07 0.{2 + i % 3}" for i in range(10)]
    good[at] = good[at].rsplit(" ", 1)[0] + " 1.7"
    made.relabel("train", n, good)
    return Truth(
        ("box-outside-image", "degenerate-boxes"), (Where(made.label("train", n), at + 1, made.image("train", n)),)
    )


def _directory(root: Path, source: Source) -> Truth:
    """A folder stands where a label file should be."""
    made = plain_yolo(root, source)
    n = int(source.rng.integers(len(made.splits["train"])))
    (root / made.label("train", n)).unlink()
    write(root / made.label("train", n) / "keep", "")
    return Truth(
        ("malformed-labels", "labels-not-found"), (Where(made.label("train", n), None, made.image("train", n)),)
    )


ROWS: dict[str, tuple[Plant, tuple[str, ...]]] = {
    "f01-class-99": (_added("99 0.3 0.3 0.1 0.1", "class-id-out-of-range"), BOTH),
    "f02-class-negative": (_added("-1 0.3 0.3 0.1 0.1", "class-id-out-of-range"), BOTH),
    "f03-class-fraction": (_added("1.5 0.3 0.3 0.1 0.1", "class-id-out-of-range"), ("one",)),
    "f04-class-word": (_added("disc 0.3 0.3 0.1 0.1", "malformed-labels", "class-id-out-of-range"), BOTH),
    "f05-x-above-one": (_added("2 1.3 0.3 0.1 0.1", "box-outside-image"), BOTH),
    "f06-pixel-row": (_added("2 160 120 40 60", "pixel-coordinates"), BOTH),
    "f06b-pixel-files": (_rewritten(_pixels, "pixel-coordinates"), ("some", "all")),
    "f06c-pixel-corners": (_rewritten(_pixel_corners, "pixel-coordinates", "wrong-box-format"), ("some", "all")),
    "f06d-percent": (_rewritten(_percent, "pixel-coordinates", "wrong-box-format"), ("some", "all")),
    "f07-nan": (_added("2 nan 0.3 0.1 0.1", "degenerate-boxes", *MALFORMED), BOTH),
    "f08-inf": (_added("2 0.3 inf 0.1 0.1", "degenerate-boxes", *MALFORMED), ("one",)),
    "f09-negative-width": (_added("2 0.3 0.3 -0.1 0.1", "degenerate-boxes"), BOTH),
    "f10-zero-width": (_added("4 0.5 0.5 0 0.1", "degenerate-boxes"), BOTH),
    "f11-sub-pixel": (_added("2 0.5 0.5 0.0009 0.0008", "tiny-objects", "degenerate-boxes", level="warning"), BOTH),
    "f12-spills": (_added("2 0.95 0.5 0.3 0.2", "box-outside-image"), BOTH),
    "f13-corners": (_rewritten(_corners, "wrong-box-format"), ("one", "some", "all")),
    "f13b-top-left": (_rewritten(_top_left, "wrong-box-format"), ("all",)),
    "f13c-axes-swapped": (_rewritten(_swapped, "wrong-box-format"), ("all",)),
    "f14-decimal-comma": (_added("2 0,5 0,5 0,1 0,1", *MALFORMED), BOTH),
    "f16-csv": (_added("2,0.5,0.5,0.1,0.1", *MALFORMED), BOTH),
    "f18-utf-16": (_bytes(lambda b: b.decode().encode("utf-16"), *MALFORMED, line=None), BOTH),
    "f20-nul-tail": (_bytes(lambda b: b + b"\0" * 16, *MALFORMED, line=-1), ("one",)),
    "f20b-cp1252": (_bytes(lambda b: b + b"2 0.5 0.5 0.1 0.1 \xe9\n", *MALFORMED, line=-1), ("one",)),
    "f21-four-fields": (_added("2 0.5 0.5 0.1", *MALFORMED), BOTH),
    "f22-six-fields": (_added("2 0.5 0.5 0.1 0.1 0.93", *MALFORMED), BOTH),
    "f23-polygon-among-boxes": (_added("2 0.1 0.1 0.4 0.1 0.4 0.5", *MALFORMED), BOTH),
    "f24-polygon-file": (_rewritten(_polygon, *MALFORMED, level="warning"), BOTH),
    "f25-rotated-file": (_rewritten(_rotated, *MALFORMED, level="warning"), BOTH),
    "f26-pose-file": (_rewritten(_pose, *MALFORMED), BOTH),
    "f27-same-row": (_again(lambda text: text, "duplicate-labels", level="warning"), BOTH),
    "f28-nearly-the-same": (_again(_nudged, "duplicate-labels", level="warning"), BOTH),
    "f29-two-classes": (_again(_other_class, "duplicate-labels", "label-noise", level="warning"), BOTH),
    "f30-whole-picture": (_added("2 0.5 0.5 1 1", "label-noise", level="note"), ("one",)),
    "f36-one-of-ten": (_ten_with_one_bad, ("one",)),
    "f38-comment": (_added("2 0.5 0.5 0.1 0.1 # unsure", *MALFORMED), ("one",)),
    "f39-thousand-boxes": (_crowd, ("one",)),
    "f41-label-is-a-folder": (_directory, ("one",)),
}

FAULTS = tuple(Fault(name, "label rows", "yolo", plant, doses, "data.yaml") for name, (plant, doses) in ROWS.items())
