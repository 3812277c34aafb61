"""A detection set with faults in its labels, and a picture that is drawn here."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from tests.render.examples.terms import NEEDS_RECORDING, PRIOR
from traindx.core.finding import Bars, Box, Evidence, Finding, Measured, Picture, Place, Table
from traindx.core.report import Diagnosis, FixAdvice, Outcome, Reason, Report


def cells(folder: Path) -> Path:
    """A drawn picture of cells, 320 × 240."""
    path = folder / "cells.jpg"
    picture = Image.new("RGB", (320, 240), (233, 222, 214))
    pen = ImageDraw.Draw(picture)
    for x, y in ((60, 70), (160, 120), (250, 60), (230, 180)):
        pen.ellipse((x - 32, y - 32, x + 32, y + 32), (214, 130, 130), (180, 90, 100), 3)
    picture.save(path)
    return path


def dataset(picture: Path, root: str = "") -> Report:
    """A detection set whose ids count from 1, with two boxes without area."""
    boxes = (
        Box(28, 38, 92, 102, "RBC"),
        Box(128, 88, 192, 152, "id 3, classes are 0..2", True),
        Box(230, 180, 230, 180, "0 × 0", True),
    )
    ids = Table(
        "Class ids used",
        ("id", "boxes", "name"),
        ((0, 0, "RBC"), (1, 4155, "WBC"), (2, 372, "Platelets"), (3, 361, None)),
    )
    outcomes = (
        Outcome(
            "D204",
            "class-id-out-of-range",
            "error",
            "failed",
            "A label names a class that the dataset does not have.",
            "",
            ("one-based-class-ids",),
            tuple(
                Finding(
                    Place(f"labels/train/BloodImage_{i:05d}.txt", i % 7 + 1, f"images/train/BloodImage_{i:05d}.jpg"),
                    "class id 3 is outside 0..2",
                    (Measured("class id", 3, "0..2"), ids, Picture(str(picture), boxes, "ids from 1"))
                    if i == 0
                    else (Measured("class id", 3, "0..2"),),
                    "write 2 instead of 3",
                )
                for i in range(361)
            ),
            (Measured("boxes", 4888), Measured("ids out of range", 361, "0")),
        ),
        Outcome(
            "D210",
            "box-without-area",
            "error",
            "failed",
            "A box has no width or no height.",
            "",
            (),
            (
                Finding(
                    Place("labels/train/BloodImage_00338.txt", 4),
                    "box of 0 × 0 pixels, should be at least 1 × 1",
                    (Picture(str(picture), boxes[2:], "the box is a point"),),
                    "remove the row",
                ),
                Finding(
                    Place("labels/train/BloodImage_00343.txt", 9), "box of 0 × 12 pixels, should be at least 1 × 1"
                ),
            ),
        ),
        Outcome(
            "D305",
            "class-imbalance",
            "note",
            "failed",
            findings=(Finding(Place("data.yaml"), "11.5 RBC for each Platelets"),),
        ),
        Outcome(
            "D202", "pixel-coordinates", "error", "passed", measured=(Measured("largest coordinate", 1.0, "at most 1"),)
        ),
        Outcome("T301", "loss-diverges", "error", "skipped", reason=NEEDS_RECORDING),
    )
    diagnoses = (
        Diagnosis(
            "one-based-class-ids",
            "proved",
            0.999,
            "Class ids count from 1 and should count from 0.",
            tuple(f.place for f in outcomes[0].findings[:20]),
            (Reason("id 0 is never used and id 3 is used 361 times with 3 classes", "D204", 7.0),),
            fix=FixAdvice(
                "Subtract one from every class id.", f"traindx check {root or 'bccd/data.yaml'} --fix --out bccd-fixed"
            ),
        ),
        Diagnosis(
            "pixel-coordinates",
            "ruled-out",
            0.001,
            against=(
                PRIOR,
                Reason("largest coordinate 1, should be at most 1", "D202", -6.0),
            ),
        ),
    )
    meta = {
        "sentence": "Class ids count from 1 and should count from 0: 361 labels name a class that is not there.",
        "data": root or "bccd/data.yaml",
        "images": 364,
        "boxes": 4888,
        "seconds": 1.31,
    }
    return Report("faulty", diagnoses, outcomes, meta)


def contents() -> tuple[Evidence, ...]:
    """What a detection set holds."""
    columns = ("split", "written", "leads to", "pictures", "labelled", "background", "missing", "unreadable")
    rows = (
        ("train", "images/train", "/data/images/train", 205, 203, 2, 0, 0, "/data/labels/train", "rule"),
        ("val", "images/val", "/data/images/val", 87, 86, 0, 1, 0, "/data/labels/val", "rule"),
    )
    bars = Bars("Boxes per class and split", ("RBC", "WBC"), (("train", (9.0, 3.0)), ("val", (2.0, 1.0))), "boxes")
    numbers = (Measured("pictures", 364), Measured("boxes", 1), Measured("classes", 3))
    return (*numbers, Table("Splits and where they lead", (*columns, "labels looked for in", "rule"), rows), bars)
