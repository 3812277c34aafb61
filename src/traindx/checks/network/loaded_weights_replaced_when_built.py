"""M247: the code that builds the network loads weights, and draws most of them anew afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.loaded_weights import load_of
from traindx.core.network import Network
from traindx.core.network_example import network_with


@check("M247", level="error")
def loaded_weights_replaced_when_built(network: Network, *, share: float = 0.5) -> Iterator[Finding | Measured]:
    """Most of the weights that `load_state_dict` brought are not what they were once the model is built.

    ## Why is this bad?
    An initialisation that runs after the load throws the pretrained weights away, and the training starts from nothing.

    ## How to fix
    Initialise first and load then: `model.apply(init)` in front of `model.load_state_dict(...)`.

    Judged by norm and sum of each weight of two dimensions or more. A head that is replaced is another tensor and is not counted.
    """
    found = [load for load in network.loads if load.kept is not None and load.looked >= 3 and load.matched > load.same]
    if not found:
        return
    last = found[-1]
    changed = 1 - (last.kept or 0) / last.looked
    yield Measured("share of the loaded weights that are changed once the model is built", changed, f"under {share:g}")
    if changed > share:
        text = f"{last.looked - (last.kept or 0)} of the {last.looked} weights that are loaded are set anew afterwards"
        yield Finding(last.place, f"{text} (should be kept)")


def _loaded(kept: int) -> Facts:
    counts: dict[str, Any] = {"given": 60, "own": 60, "matched": 60, "same_memory": 0, "covers": 1.0, "looked": 20}
    line = {"path": "models.py", "line": 12, "class": "ResNet", "strict": True, **counts, "kept": kept}
    return {"network": network_with(loads=(load_of(line),))}


@loaded_weights_replaced_when_built.fires_on
def drawn_once_more() -> Facts:
    return _loaded(0)


@loaded_weights_replaced_when_built.quiet_on
def kept_but_for_the_first_layer() -> Facts:
    return _loaded(19)
