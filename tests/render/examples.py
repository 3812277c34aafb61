"""Reports as the commands make them, for the tests of every renderer: faulty, healthy, unclear, huge, hostile, complete."""

from __future__ import annotations

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw

from traindx.core.finding import Box, Curve, Finding, Line, Measured, Picture, Place, Table
from traindx.core.report import Arm, Diagnosis, FixAdvice, Outcome, Reason, Report, Trial

NEEDS_DATASET = "needs a dataset; run `traindx check DATA`"
NEEDS_RECORDING = "needs a recording; run `traindx run -- python train.py`"
INF, NAN = math.inf, math.nan
PRIOR = Reason("before any evidence", None, -4.0)


def diverging(steps: int = 400, onset: int = 36) -> tuple[float, ...]:
    """A loss that falls a little, rises, overflows and stays without a value."""
    noise = random.Random(1)
    loss = []
    for i in range(steps):
        value = 2.31 * math.exp(-i / 90) + noise.gauss(0, 0.04)
        if i >= onset:
            value += 0.02 * math.exp((i - onset) / 5.5)
        loss.append(value if value < 1e6 else (INF if len(loss) % 5 else NAN))
    return tuple(loss)


def falling(seed: int, steps: int = 120) -> tuple[float, ...]:
    """A loss that falls."""
    noise = random.Random(seed)
    return tuple(0.35 + 1.95 * math.exp(-i / 30) + noise.gauss(0, 0.05) for i in range(steps))


def trial() -> Trial:
    """Two seeds of each arm: the control diverges, the undone run learns."""
    arms = tuple(
        Arm("control", seed, 60, True, -3.2 - seed, 21.4, diverging(60, 30 + seed), f"trial/control-{seed}")
        for seed in (0, 1)
    ) + tuple(
        Arm("learning rate × 0.0333", seed, 120, False, 0.81 + seed / 50, 39.9, falling(seed), f"trial/undone-{seed}")
        for seed in (0, 1)
    )
    sentence = "the loss diverges in 2 of 2 control runs and in 0 of 2 runs with the learning rate × 0.0333"
    return Trial("confirmed", "learning rate × 0.0333", sentence, 4.52, 1.0, arms, 122.6)


def lr_too_high() -> Report:
    """A plain PyTorch loop whose rate is 30 times too high; recorded, diagnosed and proved."""
    steps = tuple(float(i) for i in range(400))
    curve = Curve("Loss", (Line("training loss", steps, diverging()),), "step", "loss", onset=36, log_y=True)
    ratio = tuple(3e-1 * math.exp(-i / 300) for i in range(0, 400, 4))
    ratios = Curve("Update-to-weight ratio", (Line("whole model", steps[::4], ratio),), "step", "ratio", log_y=True)
    outcomes = (
        Outcome(
            "T301",
            "loss-diverges",
            "error",
            "failed",
            "The loss rises above its start and stays there.",
            "",
            ("lr-too-high", "missing-warmup"),
            (
                Finding(
                    Place("train.py", 41, step=36), "loss 2.31 at step 0, 1.9e+05 at step 125; it should fall", (curve,)
                ),
            ),
            (Measured("loss at the end", INF, "below 2.31"),),
        ),
        Outcome(
            "T305",
            "update-too-large",
            "warning",
            "failed",
            "Steps are large against the weights.",
            "",
            ("lr-too-high",),
            (
                Finding(
                    Place("train.py", 41, parameter="fc.weight", step=0),
                    "update-to-weight ratio 0.31, usually about 0.001",
                    (
                        Measured("update-to-weight ratio", 0.31, "about 0.001"),
                        ratios,
                        Table(
                            "Largest ratios at step 0",
                            ("parameter", "ratio"),
                            (("fc.weight", 0.31), ("conv1.weight", 0.12)),
                        ),
                    ),
                ),
            ),
        ),
        Outcome(
            "T310",
            "gradients-pile-up",
            "error",
            "passed",
            measured=(Measured("gradient norm before backward", 0.0, "0"),),
        ),
        Outcome(
            "B101",
            "unscaled-inputs",
            "warning",
            "passed",
            measured=(Measured("input range", "-2.1..2.6", "about -3..3"),),
        ),
        Outcome("T320", "training-in-eval-mode", "error", "passed", measured=(Measured("steps in eval mode", 0, "0"),)),
        Outcome("D201", "label-not-found", "error", "skipped", reason=NEEDS_DATASET),
        Outcome("D204", "class-id-out-of-range", "error", "skipped", reason=NEEDS_DATASET),
    )
    fix = FixAdvice(
        "Lower the learning rate: 0.3 is about 30 times what this network bears with SGD.",
        "traindx prove runs/lr-demo lr-too-high",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)",
    )
    diagnoses = (
        Diagnosis(
            "lr-too-high",
            "proved",
            0.998,
            "The learning rate is so high that steps overshoot.",
            (Place("train.py", 41, setting="lr"),),
            (
                Reason("loss rises from step 36: 2.31 at the start, inf at the end", "T301", 6.0),
                Reason("update-to-weight ratio 0.31, usually about 0.001", "T305", 4.2),
            ),
            (PRIOR,),
            (Reason("the data were not examined", "D201"),),
            fix,
            trial(),
        ),
        Diagnosis(
            "missing-warmup",
            "consistent",
            0.231,
            "The first steps are too large for fresh weights.",
            because=(Reason("loss rises from step 36", "T301", 4.0),),
            against=(
                PRIOR,
                Reason("the rise starts at step 36, not in the first steps", "T330", -1.2),
            ),
        ),
        Diagnosis(
            "missing-zero-grad",
            "ruled-out",
            0.0001,
            against=(
                PRIOR,
                Reason("gradients before the first backward are 0, should be 0", "T310", -5.0),
            ),
        ),
        Diagnosis(
            "left-in-eval-mode",
            "ruled-out",
            0.0,
            against=(
                PRIOR,
                Reason("0 of 400 training steps in eval mode", "T320", -6.0),
            ),
        ),
        Diagnosis(
            "unscaled-inputs",
            "ruled-out",
            0.0006,
            against=(
                PRIOR,
                Reason("inputs range over -2.1..2.6", "B101", -3.5),
            ),
        ),
        Diagnosis("one-based-class-ids", "not-testable", 0.018, not_looked_at=(Reason(NEEDS_DATASET, "D204"),)),
    )
    meta = {
        "sentence": "Faulty: the learning rate is too high; the loss rises from step 36; at a thirtieth of the rate it falls.",
        "command": ["python", "train.py", "--lr", "0.3"],
        "command_exit": 0,
        "run": "runs/lr-demo",
        "versions": {"traindx": "0.1.0", "torch": "2.13.0", "python": "3.11.7"},
        "recorder_cost": 0.006,
    }
    return Report("faulty", diagnoses, outcomes, meta)


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


def healthy() -> Report:
    """A run that learns."""
    names = (
        "loss-diverges",
        "loss-flat",
        "gradients-pile-up",
        "training-in-eval-mode",
        "dead-units",
        "update-too-large",
    )
    outcomes = tuple(
        Outcome(f"T{301 + i}", n, "error", "passed", measured=(Measured(n, 0.0, "0"),)) for i, n in enumerate(names)
    )
    reasons = (
        Reason("loss fell from 2.30 to 0.21 in 500 steps", "T302"),
        Reason("update-to-weight ratio 0.0012 (median)", "T306"),
        Reason("0 of 512 units never fire", "T305"),
    )
    against = {"lr-too-high": "T301", "missing-zero-grad": "T303", "left-in-eval-mode": "T304", "dead-relu": "T305"}
    ruled_out = [
        Diagnosis(
            cause,
            "ruled-out",
            0.01,
            against=(
                PRIOR,
                Reason("0 of 500 steps show it", code, -3.0),
            ),
        )
        for cause, code in against.items()
    ]
    diagnoses = (Diagnosis("healthy", "consistent", 1.0, "Nothing is wrong.", because=reasons), *ruled_out)
    meta = {
        "sentence": "Healthy: the loss fell from 2.30 to 0.21 in 500 steps and no check saw a fault.",
        "command_exit": 0,
    }
    return Report("healthy", diagnoses, outcomes, meta)


def unclear() -> Report:
    """A log with two epochs, from somebody else's tool."""
    outcomes = (
        Outcome(
            "T302",
            "loss-flat",
            "warning",
            "failed",
            causes=("lr-too-low",),
            findings=(Finding(Place(step=80), "loss 2.30 to 2.28 in 80 steps, chance is 2.30"),),
        ),
        *(Outcome(f"T{310 + i}", f"probe-{i}", "error", "skipped", reason=NEEDS_RECORDING) for i in range(9)),
        *(Outcome(f"D{201 + i}", f"label-{i}", "error", "skipped", reason=NEEDS_DATASET) for i in range(12)),
        Outcome("V101", "metric-zero", "error", "crashed", reason="ValueError: empty table (metric_zero, line 31)"),
    )
    diagnoses = (
        Diagnosis(
            "lr-too-low",
            "consistent",
            0.41,
            "The loss falls too slowly.",
            because=(Reason("loss is flat at chance", "T302", 3.6),),
            against=(PRIOR,),
            fix=FixAdvice("Raise the learning rate tenfold and look at the first 100 steps."),
        ),
        Diagnosis("frozen-parameters", "not-testable", 0.2, not_looked_at=(Reason(NEEDS_RECORDING, "T311"),)),
        Diagnosis("unscaled-inputs", "not-testable", 0.2, not_looked_at=(Reason(NEEDS_RECORDING, "T312"),)),
    )
    meta = {"sentence": "It is too early to tell: 80 steps, and the gradients were not recorded."}
    return Report("unclear", diagnoses, outcomes, meta)


def many(n: int = 3000, picture: Path | None = None) -> Report:
    """A dataset with `n` findings in thirty checks."""
    outcomes = []
    for i in range(30):
        findings = tuple(
            Finding(
                Place(f"labels/train/{i}-{j}.txt", j + 1),
                f"x centre {j / 7 + 1:.3f}, should be within 0..1",
                (
                    Measured("x centre", j / 7 + 1, "0..1"),
                    *((Picture(str(picture), (Box(5, 5, 60, 60, "x", True),), "outside"),) if picture else ()),
                ),
            )
            for j in range(n // 30)
        )
        outcomes.append(
            Outcome(
                f"D{200 + i}",
                f"rule-{i}",
                ("error", "warning", "note")[i % 3],
                "failed",
                "A label is wrong.",
                findings=findings,
            )
        )
    return Report("faulty", (), tuple(outcomes), {"sentence": f"{n:,} labels are wrong.", "data": "big/data.yaml"})


def hostile(folder: Path) -> Report:
    """Names that try to leave the text they stand in."""
    bad = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp; {{ 7*7 }} ]]> `tick` | ::error:: %0A"
    name = f"{bad}/\x1b[31mred\udcff,a:b\nnew.txt"
    finding = Finding(
        Place(name, 3, image=bad, layer=bad, parameter=bad, setting=bad),
        bad + "\nsecond line",
        (
            Measured(bad, bad, bad, bad),
            Table(bad, (bad, "x"), ((bad, NAN), (None, 3))),
            Curve(bad, (Line(bad, (0.0, 1.0), (1.0, 2.0)),), bad, bad, 0.5),
            Picture(str(folder / name.replace("\n", " ").replace("/", "_")), (Box(0, 0, 1, 1, bad, True),), bad),
        ),
        bad,
    )
    outcome = Outcome("D204", bad, "error", "failed", bad, bad, (bad,), (finding,), (Measured(bad, NAN, bad),))
    fix = FixAdvice(bad, bad, f"{bad}\n  {bad}")
    arms = (Arm(bad, 0, 3, True, NAN, 1.0, (1.0, INF), bad, bad),)
    reason = (Reason(bad, None, 1.0),)
    diagnosis = Diagnosis(
        bad,
        "consistent",
        0.5,
        bad,
        (finding.place,),
        reason,
        reason,
        reason,
        fix,
        Trial("inconclusive", bad, bad, None, None, arms, 1.0),
    )
    return Report("faulty", (diagnosis,), (outcome,), {"sentence": bad, bad: {bad: [bad]}})


def everything(picture: Path) -> Report:
    """Every field of every class is set, every kind of evidence, every status, and numbers that are not finite."""
    evidence = (
        Measured("ratio", 0.5, "about 1", "px"),
        Measured("gap", -INF, "finite"),
        Measured("none", None),
        Curve("Loss", (Line("train", (0.0, 1.0, 2.0), (1.0, INF, -INF)),), "epoch", "loss", 1.0, True),
        Picture(str(picture), (Box(1, 2, 3, 4, "cell", True), Box(0, 0, INF, 9)), "caption"),
        Table("Ids", ("id", "share", "name"), ((1, 0.5, "a"), (2, INF, None))),
    )
    place = Place("a.txt", 1, "a.jpg", "layer1.0", "layer1.0.weight", 7, 1, "lr0")
    outcomes = (
        Outcome(
            "D204",
            "all",
            "error",
            "failed",
            "summary",
            "reason",
            ("lr-too-high",),
            (Finding(place, "message", evidence, "do this"), Finding(Place(), "nowhere")),
            evidence[:3],
        ),
        Outcome("S101", "a", "warning", "passed"),
        Outcome("M101", "b", "note", "skipped", reason="needs"),
        Outcome("V101", "c", "error", "crashed", reason="ValueError"),
    )
    arms = (
        Arm("control", 0, 3, True, -INF, 1.5, (1.0, INF, -INF), "r", None),
        Arm("undone", 1, 3, False, None, 1.5, (), None, "raised"),
    )
    diagnoses = tuple(
        Diagnosis(
            "lr-too-high",
            status,
            0.5,
            "summary",
            (place,),
            (Reason("b", "D204", 1.0),),
            (Reason("a", None, -1.0),),
            (Reason("n", "V101"),),
            FixAdvice("words", "command", "a = 1\nb = 2"),
            Trial(verdict, "t", "s", 0.5, INF, arms, 3.0),
        )
        for status, verdict in (
            ("proved", "confirmed"),
            ("consistent", "inconclusive"),
            ("ruled-out", "refuted"),
            ("not-testable", "inconclusive"),
        )
    )
    return Report(
        "unclear",
        diagnoses,
        outcomes,
        {"sentence": "s", "command": ["a", "b"], "deep": {"x": [1, 2.5, None, True, {"y": "z"}]}},
    )


def all_reports(folder: Path) -> dict[str, Report]:
    """Every example by its name."""
    picture = cells(folder)
    return {
        "lr-too-high": lr_too_high(),
        "dataset": dataset(picture),
        "healthy": healthy(),
        "unclear": unclear(),
        "many": many(),
        "hostile": hostile(folder),
        "everything": everything(picture),
        "empty": Report("unclear", (), ()),
    }
