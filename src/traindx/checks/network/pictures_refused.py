"""M261: the network fails on pictures of the size that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.core.check import Facts, check
from traindx.core.finding import Finding, Measured
from traindx.core.network import Network, Refused
from traindx.core.network_example import network_with


@check("M261", level="error")
def pictures_refused(network: Network) -> Iterator[Finding | Measured]:
    """A forward pass over pictures of the given `imgsz` ends with an error about shapes.

    ## Why is this bad?
    The first step of the training ends in the same way. A linear layer behind a flatten, position embeddings and windows of
    attention are made for one size of picture.

    ## How to fix
    Train at the size that the model was built for, or build it for this one: `img_size=` in timm, `nn.AdaptiveAvgPool2d(1)` in
    front of the flatten.

    Only where `imgsz` is given, or the library itself names the size. A model that asks for other arguments than a batch of
    pictures is not judged.
    """
    refused = network.refused
    if refused is None and network.samples:
        yield Measured(f"forward passes that failed at {network.imgsz} x {network.imgsz}", 0, "0")
    if refused is None or not network.imgsz_given or refused.error.startswith("TypeError"):
        return
    layer = f" in {refused.layer}" if refused.layer else ""
    where = network.place(refused.layer, setting="imgsz")
    text = f"the network fails on pictures of {network.imgsz} x {network.imgsz}{layer}: {refused.error}"
    yield Finding(where, text[:300].rstrip())


@pictures_refused.fires_on
def a_flatten_of_another_size() -> Facts:
    error = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (8x4096 and 1024x10)"
    return {"network": network_with(refused=Refused(error, "fc"), imgsz_given=True, samples=0)}


@pictures_refused.quiet_on
def a_size_that_fits() -> Facts:
    return {"network": network_with(imgsz_given=True)}


@pictures_refused.quiet_on
def a_model_that_wants_targets_too() -> Facts:
    error = "TypeError: forward() missing 1 required positional argument: 'targets'"
    return {"network": network_with(refused=Refused(error), imgsz_given=True, samples=0)}
