"""Reports at the limits: thousands of findings, hostile names, every field of every class."""

from __future__ import annotations

import math
from pathlib import Path

from traindx.core.finding import Box, Curve, Finding, Line, Measured, Picture, Place, Table
from traindx.core.report import Arm, Diagnosis, FixAdvice, Outcome, Reason, Report, Trial

INF, NAN = math.inf, math.nan


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
