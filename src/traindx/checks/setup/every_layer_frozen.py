"""S125: all layers of the model are frozen."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.began import require_not_begun
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.recording import Recording
from traindx.core.setup import Setup


@check("S125", level="error")
def every_layer_frozen(setup: Setup, recording: Recording | None = None) -> Iterator[Finding | Measured]:
    """`freeze` covers every layer of the model that is trained.

    ## Why is this bad?
    No parameter is left to train: the training stops at its first backward pass, or leaves the weights as they were.

    ## How to fix
    `freeze=10` freezes the backbone of YOLOv5 and YOLOv8. Fewer than all layers must be named; how many there are is read
    from the model's yaml.
    """
    require_not_begun(recording)
    freeze, layers = setup.value("freeze"), setup.library.layers
    if freeze is None or layers is None or not isinstance(freeze, (int, list)) or isinstance(freeze, bool):
        raise NotEnough("no layers of a known model are asked to be frozen")
    numbers = set(range(freeze)) if isinstance(freeze, int) else {n for n in freeze if isinstance(n, int)}
    left = len(set(range(layers)) - numbers)
    yield Measured("layers left to train", left, f"1 at least, of {layers}")
    if not left:
        text = f"freeze={freeze} covers all {layers} layers of {setup.value('model')}: nothing is left to train"
        yield Finding(setup.place("freeze"), text, fix="freeze=10")


@every_layer_frozen.fires_on
def as_many_as_there_are() -> Facts:
    return asking(freeze=23, model="yolov8n.pt")


@every_layer_frozen.quiet_on
def the_backbone() -> Facts:
    return asking(freeze=10, model="yolov8n.pt")


@every_layer_frozen.quiet_on
def all_but_the_head() -> Facts:
    return asking(freeze=22, model="yolov8n.pt")
