"""What is being trained: the root's layers and parameters, the optimizers, and which holds what."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from traindx.recorder.contents import host_number
from traindx.recorder.measure import is_lazy

WRAPPERS = {"DistributedDataParallel": "module", "DataParallel": "module", "OptimizedModule": "_orig_mod"}


def core_of(module: Any) -> Any:
    """The user's module inside the wrappers that distribution and compilation put around it."""
    while (inner := WRAPPERS.get(type(module).__name__)) and hasattr(module, inner):
        module = getattr(module, inner)
    return module


def held(optimizer: Any) -> list[Any]:
    """All parameters of an optimizer's groups; none of an optimizer that is gone."""
    groups = [] if optimizer is None else optimizer.param_groups
    return [p for group in groups for p in group["params"]]


class Description:
    """Names and places of parameters and layers. Modules and tensors are held weakly: none lives longer for it."""

    def __init__(self, root: Any | None, called: Callable[[Any], bool], optimizers: Sequence[Any]) -> None:
        core = None if root is None else core_of(root)
        self.name = "" if core is None else type(core).__name__
        self.signature = signature(root, optimizers)
        self._holder = {id(p): i for i, o in reversed(list(enumerate(optimizers))) for p in held(o)}
        named = [] if core is None else [(n.replace("_orig_mod.", ""), p) for n, p in core.named_parameters()]
        known = {id(p) for _, p in named}
        for number, optimizer in enumerate(optimizers):
            for at, parameter in enumerate(held(optimizer)):
                if id(parameter) not in known:
                    known.add(id(parameter))
                    named.append((f"optimizer{number}.{at}", parameter))
        self.names = [n for n, _ in named]
        self.index = {id(p): i for i, (_, p) in enumerate(named)}
        self._parameters = [weakref.ref(p) for _, p in named]
        leaves = [] if core is None else [(n.replace("_orig_mod.", ""), m) for n, m in core.named_modules()]
        leaves = [(n, m) for n, m in leaves if not m._modules]
        leaves = [(n, m) for n, m in leaves if called(m)] or leaves  # compiled code calls none
        self.layers = [(n, type(m).__name__, _shape(m)) for n, m in leaves]
        self.layer_index = {id(m): i for i, (_, m) in enumerate(leaves)}

    @property
    def parameters(self) -> list[Any]:
        """The parameters themselves, None where one is gone."""
        return [reference() for reference in self._parameters]

    def parameter(self, index: int) -> Any | None:
        """The parameter in that place, None where it is gone."""
        return self._parameters[index]()

    def is_aligned(self, other: Description) -> bool:
        """Whether columns of numbers over parameters and layers mean the same in both."""
        return self.names == other.names and self.layers == other.layers

    def line(self, step: int) -> dict[str, Any]:
        """The `model` line."""
        return {
            "kind": "model",
            "step": step,
            "name": self.name,
            "layers": [{"name": n, "kind": k, "shape": s} for n, k, s in self.layers],
            "parameters": [
                {
                    "name": n,
                    "shape": [] if is_lazy(p) else list(p.shape),
                    "trainable": p.requires_grad,
                    "optimizer": self._holder.get(id(p)),
                }
                for n, p in zip(self.names, self.parameters, strict=True)
                if p is not None
            ],
        }


def signature(root: Any | None, optimizers: Sequence[Any]) -> int:
    """A number that changes when the root, its parameters, their trainability or the optimizers' holdings do."""
    own = () if root is None else tuple((id(p), p.requires_grad) for p in _parameters(root))
    return hash((id(root), own, tuple(tuple(map(id, held(o))) for o in optimizers)))


def _parameters(root: Any) -> list[Any]:
    """The parameters of a module and of all inside it, in an order that is the same each time: several times as fast as
    `parameters`, which makes names."""
    waiting, known, found = [root], {id(root)}, []
    while waiting:
        module = waiting.pop()
        found += [p for p in module._parameters.values() if p is not None]
        inside = [m for m in module._modules.values() if m is not None and id(m) not in known]
        known.update(map(id, inside))
        waiting += inside
    return found


def optimizer_line(optimizer: Any, index: int, place: tuple[str, int] | None) -> dict[str, Any]:
    """The `optimizer` line: class, and each group's settings that are plain values."""
    groups = [
        {
            **{k: _plain(v) for k, v in group.items() if k != "params" and _is_plain(v)},
            "parameters": len(group["params"]),
        }
        for group in optimizer.param_groups
    ]
    line = {"kind": "optimizer", "index": index, "class": type(optimizer).__name__, "groups": groups}
    return line if place is None else {**line, "path": place[0], "line": place[1]}


def rate(group: Any) -> float | None:
    """A group's learning rate; None where it lies on a device, as reading it would wait for the device."""
    return host_number(group.get("lr"))


def _is_plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(_is_plain(v) for v in value)
    return value is None or isinstance(value, (bool, int, float, str)) or host_number(value) is not None


def _plain(value: Any) -> Any:
    """A setting as JSON has it: of numpy and of a tensor the number."""
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else host_number(value)


def _shape(module: Any) -> list[int]:
    weight: Any = getattr(module, "weight", None)
    return list(weight.shape) if not is_lazy(weight) and hasattr(weight, "shape") else []
