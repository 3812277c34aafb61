"""M246: the code that builds the network loads weights, and hardly any of them arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaded_weights import judged, load_of
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M246", level="error")
def weights_left_out_when_built(network: Network, *, few: float = 0.1) -> Iterator[Finding | Measured]:
    """`load_state_dict` is called while the model is built, and the names or shapes do not fit: it keeps its random weights.

    ## Why is this bad?
    With `strict=False`, or with a filter that keeps the names in common, nothing is said. The training starts from nothing, with
    the settings and the patience of a fine-tuning.

    ## How to fix
    Print what `load_state_dict` returns. Names that all begin with `module.` (DataParallel), `model.` (Lightning) or `_orig_mod.`
    (torch.compile) want it taken off. A file with several parts wants the right one: `checkpoint["state_dict"]`.

    Judged as by M111: a new head, a backbone alone and adapters are healthy, since what was given fits.
    """
    yield from judged([load for load in network.loads if load.covers > 0], few)


def _loaded(**fields: Any) -> Facts:
    counts = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0}
    place = {"path": "models.py", "line": 12, "class": "ResNet", "strict": False}
    return {"network": network_with(loads=(load_of({**place, **counts, **fields}),))}


@weights_left_out_when_built.fires_on
def names_of_data_parallel() -> Facts:
    missing, odd = {"count": 60, "names": ["conv1.weight"]}, {"count": 60, "names": ["module.conv1.weight"]}
    return _loaded(matched=0, prefix={"strip": "module.", "count": 60}, missing=missing, unexpected=odd)


@weights_left_out_when_built.quiet_on
def everything_fits() -> Facts:
    return _loaded()


@weights_left_out_when_built.quiet_on
def a_new_head() -> Facts:
    return _loaded(given=58, matched=58, missing={"count": 2, "names": ["fc.weight"]})
