"""Small tryouts for the examples in check files: sweeps, few samples, batches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from traindx.core.tryout import Tryouts, batch_fit, overfit, range_test

RIPPLE = (0.02, -0.015, 0.005, -0.02, 0.01)


def swept(
    own: float, *, falls: float = 3e-3, breaks: float = 0.3, depth: float = 0.6, noise: float = 1.0, steps: int = 1000
) -> Tryouts:
    """A sweep over 120 steps whose loss falls from `falls` on and explodes at `breaks`; a run at rate `own`."""
    rates = [1e-7 * 1e8 ** (i / 119) for i in range(120)]
    losses = []
    for i, rate in enumerate(rates):
        down = depth * min(1.0, max(0.0, math.log(rate / falls) / math.log(breaks / falls / 2)))
        up = (rate / breaks) ** 3 if rate > breaks else 0.0
        losses.append(2.3 * (1 - down + up) + noise * RIPPLE[i % 5])
    found = range_test(rates, [losses], own=own, steps=steps)
    return Tryouts(range=found)


def few(losses: Sequence[float]) -> Tryouts:
    """A training on the same 16 samples."""
    return Tryouts(overfit=overfit(losses, 16, 1, chance=math.log(10)))


def fitted(own: int, limit: float) -> Tryouts:
    """Batches of 8 and 32 on a host: 1 GiB and 20 MiB for each sample."""
    mib = 2.0**20
    return Tryouts(fit=batch_fit(own, [(n, (1024 + 20 * n) * mib) for n in (8, 32)], (), limit, "host"))


def with_own(found: Tryouts, own: float | None) -> Tryouts:
    """The same sweep beside a run of another rate."""
    return replace(found, range=None if found.range is None else replace(found.range, own=own))
