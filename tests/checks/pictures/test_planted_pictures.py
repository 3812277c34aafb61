"""Every fault of a picture planted once among clean ones: each is found at its file, and clean oddities are no errors."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.scan.drawn import write
from tests.scan.test_appearance import saved, scene
from tests.scan.test_frames import dataset as turned_set
from traindx.core.finding import Finding
from traindx.core.report import Report
from traindx.examine import judge
from traindx.scan import ScanOptions, scan

SIZE = (320, 240)
CODES = [f"D{n}" for n in range(101, 114)]


def _animation() -> bytes:
    out = io.BytesIO()
    scene(1, SIZE).save(out, "WEBP", save_all=True, append_images=[scene(2, SIZE)])
    return out.getvalue()


def _half_clear() -> bytes:
    pixels = np.dstack([np.asarray(scene(3, SIZE)), np.full(SIZE[::-1], 255, np.uint8)])
    pixels[:, :100, 3] = 0
    return saved(Image.fromarray(pixels), "PNG")


def faults() -> dict[str, tuple[bytes, str]]:
    """File name: its bytes and the code that must name it."""
    whole = saved(scene(4, SIZE))
    half = len(whole) // 2
    twelve_bits = np.asarray(scene(5, SIZE).convert("L")).astype(np.uint16) * 16
    return {
        "cut.jpg": (whole[:half], "D101"),
        "cut-end.jpg": (whole[:half] + b"\xff\xd9", "D101"),
        "hole.jpg": (whole[:half] + bytes(512) + whole[half + 512 :], "D101"),
        "empty.jpg": (b"", "D101"),
        "page.jpg": (b"<!DOCTYPE html>", "D101"),
        "pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\n", "D101"),
        "leading.jpg": (b"\n" + whole, "D101"),
        "tiny.jpg": (saved(scene(6, (8, 8))), "D103"),
        "twelve.png": (saved(Image.fromarray(twelve_bits), "PNG"), "D104"),
        "cmyk.jpg": (saved(scene(7, SIZE).convert("CMYK")), "D105"),
        "clear.png": (_half_clear(), "D105"),
        "moving.webp": (_animation(), "D105"),
        "grey.jpg": (saved(scene(8, SIZE).convert("L")), "D106"),
        "strip.jpg": (saved(scene(9, (2000, 20))), "D107"),
        "black.jpg": (saved(Image.new("RGB", SIZE)), "D108"),
        "white.png": (saved(Image.new("RGB", SIZE, "white"), "PNG"), "D108"),
        "dark.jpg": (saved(scene(10, SIZE).point(lambda v: v // 20)), "D109"),
        "blurred.jpg": (saved(scene(11, SIZE).filter(ImageFilter.GaussianBlur(12))), "D109"),
        "trailing.jpg": (whole + bytes(300), "D110"),
        "png.jpg": (saved(scene(12, SIZE), "PNG"), "D111"),
    }


def examined(root: Path, files: dict[str, bytes], **options: str) -> Report:
    """The report on a YOLO set of twenty clean pictures and some files."""
    rows = "0 0.3 0.3 0.2 0.2\n0 0.6 0.6 0.3 0.2\n"
    clean = {f"clean-{n}.jpg": saved(scene(100 + n, SIZE)) for n in range(20)}
    for name, data in {**clean, **files}.items():
        write(root / "images" / name, data)
        write(root / "labels" / f"{Path(name).stem}.txt", rows)
    settings = write(root / "data.yaml", "path: .\ntrain: images\nval: images\nnames: [a]\n")
    return judge({"dataset": scan(settings, ScanOptions(cache=False))}, select=CODES)


def found(report: Report) -> set[tuple[str, str]]:
    """Picture and code of every finding."""
    return {
        (Path(f.place.image or "").name, o.code) for o in report.outcomes for f in o.findings if isinstance(f, Finding)
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The set with every fault once."""
    return examined(tmp_path_factory.mktemp("faults"), {name: data for name, (data, _) in faults().items()})


@pytest.mark.parametrize("name", faults())
def test_a_planted_fault_is_found_at_its_file(report: Report, name: str) -> None:
    assert (name, faults()[name][1]) in found(report)


def test_no_clean_picture_is_named(report: Report) -> None:
    assert [each for each in found(report) if each[0].startswith("clean")] == []


def test_the_causes_are_named(report: Report) -> None:
    named = {d.cause: d.status for d in report.diagnoses}
    assert named["corrupt-images"] == "proved" and named["unexpected-image-mode"] == "proved"


def test_legal_oddities_alone_are_no_error(tmp_path: Path) -> None:
    pixels = np.asarray(scene(20, SIZE))
    opaque = np.dstack([pixels, np.full(SIZE[::-1], 255, np.uint8)])
    report = examined(
        tmp_path,
        {
            "grey.jpg": saved(scene(21, SIZE).convert("L")),
            "palette.png": saved(scene(22, SIZE).quantize(64), "PNG"),
            "opaque.png": saved(Image.fromarray(opaque), "PNG"),
            "one-bit.png": saved(scene(23, SIZE).convert("1"), "PNG"),
            "progressive.jpg": saved(scene(24, SIZE), progressive=1, optimize=1),
            "flat-sky.jpg": saved(Image.new("RGB", SIZE, (90, 140, 220)), optimize=1),
            "small.jpg": saved(scene(25, (160, 120))),
            "trailing.jpg": saved(scene(26, SIZE)) + b"\r\n",
            "a.webp": saved(scene(27, SIZE), "WEBP"),
            "a.bmp": saved(scene(28, SIZE), "BMP"),
            "a.tif": saved(scene(29, SIZE), "TIFF"),
            "upper.JPG": saved(scene(30, SIZE)),
        },
    )
    assert report.verdict == "healthy"
    assert [(o.code, f.message) for o in report.outcomes if o.level == "error" for f in o.findings] == []


@pytest.mark.parametrize(("labels", "verdict"), [("stored", "faulty"), ("turned", "healthy")])
def test_labels_are_wrong_only_in_the_frame_that_training_does_not_see(
    tmp_path: Path, labels: str, verdict: str
) -> None:
    report = judge({"dataset": scan(turned_set(tmp_path, labels))}, select=["D1"])
    assert report.verdict == verdict
    proved = [d for d in report.diagnoses if d.cause == "exif-orientation" and d.status == "proved"]
    assert bool(proved) == (labels == "stored")
    if proved:
        assert {p.image for p in proved[0].places} == {"images/1.jpg", "images/2.jpg", "images/3.jpg"}
