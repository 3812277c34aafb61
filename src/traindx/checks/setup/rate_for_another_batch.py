"""S149: the rate is that of the reference recipe, and the batch is far smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from traindx.checks.setup.example import configured
from traindx.core.check import Facts, NotEnough, check
from traindx.core.configured import Asked
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup

RATE, BATCH = "SOLVER.BASE_LR", "SOLVER.IMS_PER_BATCH"


@check("S149", level="note")
def rate_for_another_batch(
    setup: Setup, *, rate: float = 0.02, pictures: float = 16.0, times: float = 4.0
) -> Iterator[Finding | Measured]:
    """Detectron2 is asked for the rate of its reference recipe with a batch several times smaller.

    ## Why is this bad?
    It is legal. The reference trains sixteen pictures a step at 0.02; with two pictures at the same rate each picture counts
    eight times as much, and detectors in two stages often end in nan within the first hundred steps.

    ## How to fix
    Scale the rate with the batch: 0.0025 for two pictures a step. `SOLVER.REFERENCE_WORLD_SIZE` does it for the number of devices.

    The rule is that of Goyal et al. 2017, the numbers are those of `configs/Base-RCNN-FPN.yaml` of Detectron2 (`rate` for
    `pictures`). Reported from `times` the scaled rate on (a guess).
    """
    found = setup.configured
    asked, batch = found.values.get(RATE), found.values.get(BATCH)
    if found.kind != "detectron2" or asked is None or batch is None:
        raise NotEnough("no rate and batch of Detectron2 were asked for")
    given, held = asked.value, batch.value
    if not isinstance(given, (int, float)) or not isinstance(held, (int, float)) or held <= 0:
        raise NotEnough("no rate and batch of Detectron2 can be read")
    scaled = rate * held / pictures
    yield Measured("rate over that of the recipe, scaled for the batch", given / scaled, f"below {times:g}")
    if given >= times * scaled:
        text = f"{RATE} {given:g} with {held:g} pictures a step, the recipe scaled for them has {scaled:.3g}"
        yield Finding(replace(setup.place(RATE), path=asked.path, line=asked.line), text)


def _detectron2(rate: float, batch: int) -> Facts:
    setup = configured({})["setup"]
    values = {RATE: Asked(rate, "c.yaml", 3), BATCH: Asked(batch, "c.yaml", 4)}
    return {"setup": replace(setup, configured=replace(setup.configured, kind="detectron2", values=values))}


@rate_for_another_batch.fires_on
def two_pictures_at_the_rate_of_sixteen() -> Facts:
    return _detectron2(0.02, 2)


@rate_for_another_batch.quiet_on
def two_pictures_at_a_rate_for_two() -> Facts:
    return _detectron2(0.0025, 2)


@rate_for_another_batch.quiet_on
def the_recipe() -> Facts:
    return _detectron2(0.02, 16)
