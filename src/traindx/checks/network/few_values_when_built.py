"""M251: with the batch that is asked for, batch norms will see too few values per channel."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, NormLayer
from traindx.core.network_example import network_with


@check("M251", level="error")
def few_values_when_built(network: Network, *, least: int = 4, many: float = 0.3) -> Iterator[Finding | Measured]:
    """At the given batch and picture size a batch norm takes its mean and variance of fewer than `least` values.

    ## Why is this bad?
    Of one value torch raises "Expected more than 1 value per channel when training". Of two values normalisation makes -1 and +1,
    whatever they were; of three it passes on little more.

    ## How to fix
    A larger batch or picture, `GroupNorm` or `LayerNorm` in place of batch norm, or frozen statistics with weights that were
    trained before. Gradient accumulation does not help.

    Counted are samples times positions, as by T430. Needs `batch=`. In detectors `many` of the layers must be as narrow.
    """
    norms = [x for x in network.norms if x.positions > 0]
    if not norms or network.batch is None:
        return
    counts = {x.name: x.positions * network.batch for x in norms}
    yield Measured(
        "values of a channel in the batch, at the narrowest batch norm", min(counts.values()), f"at least {least}"
    )
    few = [x for x in norms if counts[x.name] < least]
    needed = many * len(norms) if network.task != "classify" else 1
    raises = any(counts[x.name] == 1 for x in few)
    if few and (len(few) >= needed or raises):
        first = few[0]
        text = f"batch norm {first.name} has {counts[first.name]} values a channel at batch {network.batch}, imgsz {network.imgsz}"
        more = f", {len(few) - 1} more layers as few" if len(few) > 1 else ""
        yield Finding(network.place(first.name, setting="batch"), f"{text}{more} (should be dozens)")


def _facts(positions: int, batch: int) -> Facts:
    return {"network": network_with(norms=(NormLayer("bn", "BatchNorm2d", positions),), batch=batch)}


@few_values_when_built.fires_on
def one_position_and_one_picture() -> Facts:
    return _facts(1, 1)


@few_values_when_built.quiet_on
def small_batches_of_large_maps() -> Facts:
    return _facts(400, 2)
