"""A recorded run that diverges, diagnosed and proved."""

from __future__ import annotations

import math
import random

from tests.render.examples.terms import NEEDS_DATASET, PRIOR
from traindx.core.finding import Curve, Finding, Line, Measured, Place, Table
from traindx.core.report import Arm, Diagnosis, FixAdvice, Outcome, Reason, Report, Trial

INF, NAN = math.inf, math.nan


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
