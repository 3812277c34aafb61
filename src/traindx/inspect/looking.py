"""One forward and backward pass over a network that was just built, and what each layer makes of the signal in it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from traindx.recorder.forward_graph import LINEAR, SHAPES, edges, kind_of, nodes_behind, walk
from traindx.recorder.probes.forward_graph import rows
from traindx.recorder.probes.saturation import FARTHEST, POOLS, flat_share
from traindx.recorder.signal_numbers import NAMES, signal_numbers, size_and_spread
from traindx.recorder.structure import tensors_of

RELUS = ("Relu", "Threshold", "ClampMin", "Clamp", "Hardtanh")
CHANNELS = 8
"""Fewest channels of which a share counts as silent."""
SEED = 1
HEATMAP = re.compile(r"hm|heat_?maps?|center_?(heat)?maps?|hm_\w+|\w+_(hm|heat_?map)", re.IGNORECASE)
SCORES = re.compile(r"logit|score|pred|class|\bout", re.IGNORECASE)
WANTED = ("in_rms", "in_vary", "out_vary", "weight_rms", "spread")


@dataclass
class Look:
    """What was seen, in the form in which `core.network` reads it; `order` holds the place of each module
    in the order of first calls, by identity."""

    names: dict[int, str]
    signal: dict[str, dict[str, Any]] = field(default_factory=dict)
    norms: dict[str, dict[str, Any]] = field(default_factory=dict)
    silent: dict[str, float] = field(default_factory=dict)
    flat: dict[str, tuple[str, float]] = field(default_factory=dict)
    order: dict[int, int] = field(default_factory=dict)
    within: list[str] = field(default_factory=list)
    innermost: str = ""
    made_by: dict[int, tuple[Any, int, str]] = field(default_factory=dict)
    dropout: dict[str, float] = field(default_factory=dict)


@contextmanager
def hooked(torch: Any, model: Any) -> Iterator[Look]:
    """Look at every call of a module of the model while this is open."""
    look = Look({id(m): name for name, m in model.named_modules()})
    handles, functional = [], torch.nn.functional
    for module in model.modules():
        handles.append(module.register_forward_pre_hook(_entering(look)))
        handles.append(module.register_forward_hook(_leaving(torch, look)))
    dropout = functional.dropout

    @functools.wraps(dropout)
    def dropped(given: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
        if training:
            look.dropout[look.innermost] = max(float(p), look.dropout.get(look.innermost, 0.0))
        return dropout(given, p, training, inplace)

    functional.dropout = dropped
    try:
        yield look
    finally:
        functional.dropout = dropout
        for handle in handles:
            handle.remove()


def _entering(look: Look) -> Callable[[Any, Any], None]:
    def entering(module: Any, given: Any) -> None:
        look.within.append(look.names[id(module)])
        look.innermost = look.within[-1]  # stays where an error is raised

    return entering


def _leaving(torch: Any, look: Look) -> Callable[[Any, Any, Any], None]:
    def leaving(module: Any, given: Any, output: Any) -> None:
        name = look.within.pop()
        look.innermost = look.within[-1] if look.within else ""
        if id(module) not in look.order:
            look.order[id(module)] = len(look.order)
            if given and isinstance(given[0], torch.Tensor) and isinstance(output, torch.Tensor):
                with torch.no_grad():
                    _see(torch, look, name, module, given[0], output)

    return leaving


def _see(torch: Any, look: Look, name: str, module: Any, given: Any, output: Any) -> None:
    kind, weight = type(module).__name__, module._parameters.get("weight")
    if "BatchNorm" in kind and given.dim() > 1:
        maker, version, biased = look.made_by.get(id(given), (None, -1, ""))
        before = biased if maker is given and given._version == version else None
        positions = given.numel() // (given.shape[0] * given.shape[1])
        look.norms[name] = {"name": name, "kind": kind, "positions": positions, "biased": before}
    if not kind.startswith(("Conv", "Linear", "NonDynamicallyQuantizableLinear")) or weight is None or weight.dim() < 2:
        return
    bias = module._parameters.get("bias")
    if given.is_floating_point() and output.is_floating_point() and given.dim() > 1:
        numbers = signal_numbers(torch, given, output, weight, bias, "Transpose" in kind)
        found = dict(zip(NAMES, (float(v) for v in numbers), strict=True))
        facts = {"name": name, "kind": kind, "shape": list(weight.shape), "groups": int(getattr(module, "groups", 1))}
        look.signal[name] = {**facts, "trained": bool(weight.requires_grad), **{k: found[k] for k in WANTED}}
        _look_at_input(torch, look, name, given)
    if bias is not None and bias.requires_grad:
        look.made_by[id(output)] = output, output._version, name


def _look_at_input(torch: Any, look: Look, name: str, given: Any) -> None:
    """Silent channels behind a ReLU, and values in the flat ends of a sigmoid or tanh."""
    if given.grad_fn is None:
        return
    axis = 1 if given.dim() in (4, 5) else given.dim() - 1
    is_gate = given.dim() == 4 and given.shape[2] == given.shape[3] == 1  # of squeeze and excitation
    if not is_gate and given.shape[axis] >= CHANNELS and _made_by_relu(given.grad_fn) and float(given.min()) >= 0:
        largest = given.transpose(0, axis).reshape(given.shape[axis], -1).amax(dim=1)
        look.silent[name] = float((largest == 0).float().mean())
    node = given.grad_fn
    for _ in range(FARTHEST):
        kind = "" if node is None else kind_of(node)
        if kind in ("Tanh", "Sigmoid"):
            look.flat[name] = kind.lower(), float(flat_share(torch, node._saved_result, kind))
            return
        if node is None or kind not in (*SHAPES, *LINEAR, *POOLS):
            return
        node = edges(node)[0]


def _made_by_relu(node: Any) -> bool:
    """Whether a value comes from a ReLU through nothing but reshapes, averages and pooling; a branch that is multiplied by zero at
    the start does not."""
    for _ in range(FARTHEST):
        kind = "" if node is None else kind_of(node)
        if kind in RELUS:
            return True
        if node is None or kind not in (*SHAPES, *LINEAR, *POOLS):
            return False
        node = edges(node)[0]
    return False


def scores_of(torch: Any, output: Any, number: int | None) -> Any:
    """The classifier's scores: of the tensors of two dimensions with a gradient the one that is as wide as there are classes, or is
    named so, else the first; None where there is none."""
    held = tensors_of(torch, output)
    found = [(n, t) for n, t in held.items() if t.dim() == 2 and t.is_floating_point() and t.requires_grad]
    rank = {id(t): (t.shape[1] != number, not SCORES.search(str(n)), at) for at, (n, t) in enumerate(found)}
    return min((t for _, t in found), key=lambda t: rank[id(t)], default=None)


def strides_of(torch: Any, output: Any, size: int) -> list[float]:
    """The strides of a detector's output maps, [samples, channels, rows, columns] or with the anchors in front of the rows."""
    maps = [t for t in tensors_of(torch, output).values() if t.dim() in (4, 5) and t.requires_grad]
    rows_ = {int(t.shape[2]) for t in maps if t.shape[2] == t.shape[3] and t.shape[2] > 1}
    return sorted(size / n for n in rows_ if size % n == 0)


def heatmap_priors(torch: Any, output: Any) -> dict[str, float]:
    """The mean probability in each map of a detector's output that is named a heatmap, as those of CenterNet are."""
    found: dict[str, float] = {}
    for name, value in output.items() if isinstance(output, Mapping) else ():
        if (
            isinstance(value, torch.Tensor)
            and value.dim() == 4
            and HEATMAP.fullmatch(str(name))
            and value.is_floating_point()
        ):
            seen = value.detach().float()
            squashed = float(seen.min()) >= 0 and float(seen.max()) <= 1
            found[str(name)] = float((seen if squashed else seen.sigmoid()).mean())
    return found


def loss_of(torch: Any, output: Any, scores: Any) -> Any:
    """A number that depends on all outputs: cross entropy of rows of scores against classes drawn at random, the mean of
    everything else with random signs; what a detector returns as its losses, added up. None where nothing has a gradient."""
    drawn = torch.Generator().manual_seed(SEED)
    parts = []
    for tensor in tensors_of(torch, output).values():
        if not (tensor.is_floating_point() and tensor.requires_grad):
            continue
        if scores is not None and tensor.dim() == 2 and tensor.shape[1] == scores.shape[1] > 1:
            classes = torch.randint(tensor.shape[1], (tensor.shape[0],), generator=drawn)
            parts.append(torch.nn.functional.cross_entropy(tensor.float(), classes))
        elif tensor.dim() == 0:
            parts.append(tensor.float())
        else:
            signs = torch.randint(0, 2, tensor.shape, generator=drawn).float() * 2 - 1
            parts.append((tensor.float() * signs).mean())
    return sum(parts[1:], parts[0]) if parts else None


def has_numbers(torch: Any, output: Any) -> bool:
    """Whether any output is a tensor that a loss could be made of."""
    return any(tensor.is_floating_point() for tensor in tensors_of(torch, output).values())


def described(torch: Any, scores: Any) -> dict[str, Any]:
    """The facts about scores of `core.network.Scores`."""
    with torch.no_grad():
        found = scores.detach().float()
        rows_, columns = found.sum(1), found.sum(0)
        classes = torch.arange(found.shape[1]).repeat(found.shape[0], 1)
        loss = -(torch.log_softmax(found, 1).gather(1, classes)).mean()
    node = scores.grad_fn
    while node is not None and kind_of(node) in SHAPES:
        node = edges(node)[0]
    return {
        "samples": int(found.shape[0]),
        "classes": int(found.shape[1]),
        "low": float(found.min()),
        "high": float(found.max()),
        "row_sums": (float(rows_.min()), float(rows_.max())),
        "column_sums": (float(columns.min()), float(columns.max())),
        "made_by": "" if node is None else kind_of(node),
        "loss": float(loss),
    }


def graph_of(model: Any, loss: Any) -> tuple[dict[str, Any] | None, int]:
    """The weighted layers and how they follow one another, and how many parameters stand behind the loss that the model lacks."""
    own = {id(p): name for name, p in model.named_parameters()}
    nodes = nodes_behind([loss])
    behind = [n.variable for n in nodes or () if kind_of(n) == "torch::autograd::AccumulateGrad"]
    outside = {id(v) for v in behind if id(v) not in own}
    found = walk([loss])
    if found is None or not found[0]:
        return None, len(outside)
    weighted, kinds = found
    return {"weighted": rows(weighted, own), "operations": dict(kinds)}, len(outside)


def gradients_of(torch: Any, look: Look, modules: Sequence[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The gradients of the weighted layers' weights."""
    found = []
    for name, module in modules:
        weight = module._parameters.get("weight")
        if name in look.signal and weight is not None and weight.grad is not None:
            size, spread = size_and_spread(torch, weight.grad, "Transpose" in type(module).__name__)
            found.append({"name": name, "rms": float(size), "spread": float(spread)})
    return found
