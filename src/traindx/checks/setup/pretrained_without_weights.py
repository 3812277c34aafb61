"""S132: pretrained weights are asked for, and none are named."""

from __future__ import annotations

from collections.abc import Iterator

from traindx.checks.setup.example import asking
from traindx.core.check import Facts, NotEnough, check
from traindx.core.finding import Finding, Measured
from traindx.core.setup import Setup


@check("S132", level="warning")
def pretrained_without_weights(setup: Setup) -> Iterator[Finding | Measured]:
    """`pretrained=True` is asked for with a model's yaml: the weights start at random all the same.

    ## Why is this bad?
    A detector that starts at random needs many times the epochs, and on a small dataset finds nothing.

    ## How to fix
    `model=yolov8n.pt`, or `model=yolov8n.yaml pretrained=yolov8n.pt`.

    Source: `BaseTrainer.setup_model`, which loads weights from a .pt model or from a path in `pretrained`.
    """
    model = str(setup.value("model") or "")
    if setup.trainer != "ultralytics" or "pretrained" not in setup.asked or not model:
        raise NotEnough("no pretrained weights of Ultralytics are asked for by name")
    lacking = setup.value("pretrained") is True and model.endswith((".yaml", ".yml"))
    yield Measured("weights that are named", 0 if lacking else 1, "1")
    if lacking:
        text = f"pretrained=True loads no weights into {model}: it starts at random"
        yield Finding(setup.place("pretrained"), text, fix="name the weights: pretrained=yolov8n.pt")


@pretrained_without_weights.fires_on
def a_yaml() -> Facts:
    return asking(pretrained=True, model="yolov8n.yaml")


@pretrained_without_weights.quiet_on
def weights_by_name() -> Facts:
    return asking(pretrained="yolov8n.pt", model="yolov8n.yaml")


@pretrained_without_weights.quiet_on
def a_checkpoint() -> Facts:
    return asking(pretrained=True, model="yolov8n.pt")
