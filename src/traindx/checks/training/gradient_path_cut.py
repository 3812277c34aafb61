"""T321: inside of the model the gradient's way is cut, and layers before the cut never learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.example import LAYERS, falling, recording_with
from traindx.core.finding import Finding, Measured
from traindx.core.gradient_flow import Flow, cutting_line, flow_of, layer_of, place_at, random_at_start
from traindx.core.recording import Recording

PREFER: Mapping[str, tuple[str, ...]] = {
    "no_grad": ("no_grad", "inference_mode", "set_grad_enabled"),
    "detached": (".detach", ".data", ".numpy(", "tensor("),
    "copied": (".detach", ".data", ".numpy(", "tensor(", ".tolist("),
}
WORDS = {
    "no_grad": "is called with gradients switched off",
    "detached": "receives a detached tensor",
    "copied": "receives a copy without its graph",
}


@check("T321", level="error")
def gradient_path_cut(recording: Recording, *, min_records: int = 2) -> Iterator[Finding | Measured]:
    """Layers that are to be trained stand before a `detach` or under `no_grad`: they keep the random values they began with.

    ## Why is this bad?
    The optimizer holds them and they require gradients, so somebody means to train them. The layers behind the cut learn
    alone, on random features: the loss falls, and to a worse level than it could.

    ## How to fix
    Take the `.detach()`, `.data` or `torch.no_grad()` out of `forward`. If the layers are meant to be fixed, load pretrained
    weights into them and say `requires_grad_(False)`. Layers whose weights were loaded or trained before are not reported.
    """
    cuts = [(line, cut) for line in recording.lines.get("graph_cut", ()) for cut in line.get("cuts", ())]
    flow = flow_of(recording)
    if len(flow.step) < min_records:
        raise NotEnough("too few recorded steps to say which parameters a gradient reaches")
    random, arrives = random_at_start(recording), bool(flow.reached.any())
    never = [p.name for p, yes in zip(flow.parameters, _never(flow), strict=True) if yes and p.name in random]
    yield Measured("trained parameter tensors that never get a gradient and are random", len(never), "0")
    for line, cut in cuts if arrives else ():
        behind = _upstream(line, cut)
        off = [name for name in never if layer_of(name) in behind]
        if off:
            text = f"{len(off)} parameter tensors before it never get a gradient ({off[0]}, …)"
            place = place_at(cutting_line(cut, PREFER[cut["kind"]]), layer=layer_of(off[-1]), parameter=off[-1], step=0)
            yield Finding(place, f"{cut['layer']} {WORDS[cut['kind']]}: {text}")
            return


def _never(flow: Flow) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(flow.trained & np.isnan(flow.gradients).all(axis=0) & ~flow.moved)


def _upstream(line: Mapping[str, Any], cut: Mapping[str, Any]) -> set[str]:
    """The layers that are called before the cut; with gradients switched off the layer itself too."""
    order = list(line.get("order", ()))
    at = order.index(cut["layer"]) if cut["layer"] in order else 0
    return set(order[: at + (cut["kind"] == "no_grad")])


def _example(grads: list[float | None], kind: str = "detached", **more: Any) -> Recording:
    cut = {"layer": "fc", "kind": kind, "path": "net.py", "line": 12, "code": [[11, "x = x.detach()"]]}
    drawn = ["conv1.weight", "conv2.weight", "fc.weight"]
    start = {"call": "kaiming_uniform_", "numbers": "", "parameters": drawn}
    lines = [
        {"kind": "graph_cut", "step": 0, "order": list(LAYERS), "cuts": [cut]},
        {"kind": "initialised", "step": 0, "calls": [start]},
    ]
    moved = [0.0 if g is None else 0.01 for g in grads]
    return recording_with(falling(), events=lines, detail={"parameters": {"grad": grads, "update": moved}}, **more)


@gradient_path_cut.fires_on
def backbone_detached() -> Facts:
    return {"recording": _example([None, None, None, None, 0.2, 0.1])}


@gradient_path_cut.quiet_on
def the_other_branch_brings_a_gradient() -> Facts:
    return {"recording": _example([0.1, 0.1, 0.2, 0.1, 0.2, 0.1])}


@gradient_path_cut.quiet_on
def a_frozen_backbone_under_no_grad() -> Facts:
    held = [
        {
            "name": f"{layer}.{kind}",
            "shape": [8, 8],
            "trainable": layer == "fc",
            "optimizer": 0 if layer == "fc" else None,
        }
        for layer in ("conv1", "conv2", "fc")
        for kind in ("weight", "bias")
    ]
    return {"recording": _example([None, None, None, None, 0.2, 0.1], "no_grad", parameters=held)}
