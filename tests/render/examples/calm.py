"""Reports that find no fault: a healthy run, and one that is too short to tell."""

from __future__ import annotations

from tests.render.examples.terms import NEEDS_DATASET, NEEDS_RECORDING, PRIOR
from traindx.core.finding import Finding, Measured, Place
from traindx.core.report import Diagnosis, FixAdvice, Outcome, Reason, Report


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
