"""T332: most of the model is frozen at random values, and the rest does not get far."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.checks.training.random_weights_frozen import frozen_run
from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import falling
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import freezing_line, frozen_at_random, layer_of, place_at
from traindx.core.recording import Recording
from traindx.core.trend import trend


@check("T332", level="error")
def random_features_do_not_suffice(
    recording: Recording, *, share: float = 0.5, drop: float = 0.5, min_steps: int = 20
) -> Iterator[Finding | Measured]:
    """The layers that train stand on frozen random ones, and the loss has not fallen to half of where it began.

    ## Why is this bad?
    What is frozen at random values knows nothing of the pictures. That alone is T323, a warning, as random features may be
    meant; together with a loss that stays high it is what keeps the run from learning.

    ## How to fix
    Load pretrained weights before freezing, or take the freezing out.

    `share` of the weights and `drop` are guesses.
    """
    frozen, part, all_of_them = frozen_at_random(recording)
    if part < share or all_of_them:
        return
    known = recording.loss[~np.isnan(recording.loss)]
    if len(known) < min_steps:
        raise NotEnough(f"weights are frozen at random values, and {len(known)} losses are too few to judge by")
    seen = trend(recording.loss)
    yield Measured(
        "share of its start that the loss fell by, on frozen random layers", round(seen.drop, 3), f"over {drop:g}"
    )
    if seen.drop >= drop:
        return
    text = f"{part:.0%} of the weights are frozen at random values, and the loss went from {seen.start:.4g} to {seen.end:.4g}"
    yield Finding(
        place_at(freezing_line(recording), layer=layer_of(frozen[0].name), parameter=frozen[0].name),
        f"{text}: it fell by {seen.drop:.0%}",
    )


@random_features_do_not_suffice.fires_on
def a_head_on_random_layers_stays_high() -> Facts:
    return {"recording": frozen_run(falling(end=1.6))}


@random_features_do_not_suffice.quiet_on
def random_features_that_suffice() -> Facts:
    return {"recording": frozen_run(falling())}


@random_features_do_not_suffice.quiet_on
def a_pretrained_body_and_a_loss_that_stays_high() -> Facts:
    return {"recording": frozen_run(falling(end=1.6), random=False)}
