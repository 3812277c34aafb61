"""Watches every operation of a step: which one's output is not finite though its inputs are, forward, backward and update.

A mode below autograd sees each operation as torch carries it out, forward and backward. A backward operation is traced to
the forward one by the number that autograd gives both (`torch.autograd._get_sequence_nr`), as torch.fx does.
Infinities that the code itself writes (a mask of minus infinity) are not at fault; what makes NaN of them is.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from traindx.recorder.source import Frames

FINITE, INFINITE, NAN = 0, 1, 2
UNFILLED = ("empty", "new_empty", "empty_like", "empty_strided", "new_empty_strided", "empty_permuted")
MOST_BORN = 400
Place: TypeAlias = dict[str, Any]


@dataclass
class Born:
    """Where numbers that are not finite came from: an operation, or what the step was given.

    `kind` is nan or inf; `cause` is `operation`, `written` (the code writes an infinity), `given` (a weight, the batch: `name`)
    or `unfilled` (memory that nobody wrote); `rows` are the samples whose part of the output is not finite, None where the
    output has no part for each sample; `parent` is what made the operation's inputs infinite.
    """

    cause: str
    kind: str
    phase: str
    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[int] | None = None
    parent: int | None = None


class Watch(TorchDispatchMode):  # type: ignore[misc]
    """On between `__enter__` and `__exit__`. `module` tells where in the model the call is, `name_of` what a tensor is."""

    def __init__(
        self, frames: Frames, module: Callable[[], tuple[str, str]], name_of: Callable[[Any], str], samples: int
    ) -> None:
        super().__init__()
        self._frames, self._module, self._name_of, self._samples = frames, module, name_of, samples
        self.phase = "forward"
        self.born: list[Born] = []
        self.failed: dict[str, Any] = {}
        self.operations = 0
        self.half = False
        self.last_bad: int | None = None
        self.backward_called: Place = {}
        self._origins: dict[int, int] = {}
        self._unfilled: set[int] = set()
        self._forward: dict[int, dict[str, Any]] = {}
        self._newest = -1

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Carry the operation out, and look at what went in and what came out."""
        kwargs = kwargs or {}
        self.operations += 1
        given = _given(func, args, kwargs)
        kinds = [(t, kind_of(t)) for t in _floats([v for _, v in given])]
        ranges = [ranges_of(name, value) for name, value in given if _has_float(value)]
        self.half = self.half or any(t.dtype in (torch.float16, torch.bfloat16) for t, _ in kinds)
        try:
            output = func(*args, **kwargs)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:400]
            self.failed = self.failed or {**self._described(func, ranges), "error": reason, "phase": self.phase}
            raise
        self._note_forward(func, ranges)
        self._judge(func, [v for _, v in given], kinds, ranges, output)
        return output

    def origin(self, tensor: Any) -> int | None:
        """Which entry of `born` a tensor's bad numbers come from; None where it is finite or nobody knows."""
        return self._origin(tensor) if isinstance(tensor, torch.Tensor) and kind_of(tensor) else None

    # ---- judging ----

    def _judge(self, func: Any, given: Any, kinds: Any, ranges: list[dict[str, Any]], output: Any) -> None:
        name = name_of_operation(func)
        outputs = _floats([output])
        if name in UNFILLED:
            self._unfilled |= {_address(t) for t in outputs}
            return
        bad = [(t, kind) for t in outputs if (kind := kind_of(t))]
        if not bad:
            return
        parents = [at for t, kind in kinds if kind and (at := self._origin(t)) is not None]
        worst = max((kind for _, kind in kinds), default=FINITE)
        written = any(isinstance(v, float) and math.isinf(v) for v in tree_leaves(given))
        for tensor, kind in bad:
            at = min(parents, default=None)
            if kind > worst or at is None:
                cause = "written" if written and worst == FINITE and kind == INFINITE else "operation"
                at = self._add(self._birth(func, cause, kind, tensor, ranges, at))
            self._origins[_address(tensor)] = self.last_bad = at

    def _birth(self, func: Any, cause: str, kind: int, tensor: Any, ranges: Any, parent: int | None) -> Born:
        facts = self._described(func, ranges)
        facts["bad"], facts["of"] = int((~torch.isfinite(tensor)).sum()), int(tensor.numel())
        rows = rows_of(tensor, self._samples)
        return Born(cause, "nan" if kind == NAN else "inf", self.phase, facts, rows, parent)

    def _origin(self, tensor: Any) -> int | None:
        address = _address(tensor)
        if address not in self._origins:
            cause = "unfilled" if address in self._unfilled else "given"
            kind = "nan" if kind_of(tensor) == NAN else "inf"
            facts = {"name": self._name_of(tensor), "shape": list(tensor.shape)}
            self._origins[address] = self._add(Born(cause, kind, self.phase, facts, rows_of(tensor, self._samples)))
        return self._origins[address]

    def _add(self, born: Born) -> int:
        if len(self.born) < MOST_BORN:
            self.born.append(born)
        return len(self.born) - 1

    # ---- where ----

    def _described(self, func: Any, ranges: list[dict[str, Any]]) -> dict[str, Any]:
        module, kind = self._module()
        facts: dict[str, Any] = {"operation": name_of_operation(func), "module": module, "module_kind": kind}
        facts |= {"inputs": ranges[:6], **places(self._frames)}
        node = _current_node() if self.phase == "backward" else None
        if node is not None:
            facts["node"] = node.name()
            known = self._forward.get(node._sequence_nr(), {})
            own = facts.get("path"), facts.get("line")
            facts |= {"module": known.get("module", ""), "module_kind": known.get("module_kind", "")}
            if own != (self.backward_called.get("path"), self.backward_called.get("line")):
                return facts  # inside the backward of a function of the user's: the line is that one's own
            facts |= {k: known[k] for k in ("path", "line", "code", "user_path", "user_line") if k in known}
            facts |= {"forward": known.get("operation", ""), "function": known.get("function", "")}
            facts["forward_inputs"] = known.get("inputs", [])
        return facts

    def _note_forward(self, func: Any, ranges: list[dict[str, Any]]) -> None:
        newest = torch.autograd._get_sequence_nr() - 1
        if self.phase != "backward" and newest > self._newest:
            self._newest = newest
            self._forward[newest] = self._described(func, ranges)


def kind_of(tensor: Any) -> int:
    """FINITE, INFINITE or NAN: the worst of a tensor's numbers."""
    if tensor.numel() == 0 or tensor.device.type == "meta" or bool(torch.isfinite(tensor).all()):
        return FINITE
    return NAN if bool(torch.isnan(tensor).any()) else INFINITE


def rows_of(tensor: Any, samples: int) -> list[int] | None:
    """The samples whose part of a tensor is not finite; None where its first dimension does not count samples."""
    if samples < 1 or tensor.dim() == 0 or tensor.shape[0] != samples:
        return None
    bad = ~torch.isfinite(tensor).reshape(samples, -1).all(dim=1)
    return [int(row) for row in bad.nonzero().flatten().tolist()]


def ranges_of(name: str, value: Any) -> dict[str, Any]:
    """Shape, dtype, least and largest finite number of an argument, how many zeros it has and how many are not finite."""
    tensor = _floats([value])[0].detach()
    facts: dict[str, Any] = {
        "name": name,
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
    }
    if tensor.numel() == 0 or tensor.device.type == "meta":
        return facts
    finite = tensor[torch.isfinite(tensor)]
    facts["bad"] = int(tensor.numel() - finite.numel())
    if finite.numel() and not finite.is_complex():
        low, high = torch.aminmax(finite.float() if finite.dtype in (torch.float16, torch.bfloat16) else finite)
        facts |= {"min": float(low), "max": float(high), "zeros": int((finite == 0).sum())}
    return facts


def name_of_operation(func: Any) -> str:
    """`log` for `aten::log`, with the namespace of what is not torch's own."""
    space, _, name = str(func._schema.name).partition("::")
    return name if space == "aten" else f"{space}::{name}"


def places(frames: Frames) -> Place:
    """The innermost line outside of torch, its text, the user's own line where that is another, and torch's function called."""
    facts: Place = {}
    frame: Any = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.endswith("/torch/nn/functional.py") and "path" not in facts:
            facts["function"] = frame.f_code.co_name
        if frames.is_outside(path) and not path.startswith(frames.library):
            if "path" not in facts:
                facts |= {"path": frames.place(path), "line": frame.f_lineno, "code": _code(path, frame.f_lineno)}
            if frames.is_user(path):
                facts |= {"user_path": frames.place(path), "user_line": frame.f_lineno}
                return facts
        frame = frame.f_back
    return facts


def _code(path: str, line: int) -> str:
    import linecache

    return linecache.getline(path, line).strip()[:160]


def _current_node() -> Any:
    current = getattr(torch._C, "_current_autograd_node", None)
    return None if current is None else current()


def _given(func: Any, args: Any, kwargs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = [argument.name for argument in func._schema.arguments]
    return [*zip(names, args, strict=False), *kwargs.items()]


def _floats(values: Iterable[Any]) -> list[Any]:
    found = [v for v in tree_leaves(list(values)) if isinstance(v, torch.Tensor)]
    return [t for t in found if (t.is_floating_point() or t.is_complex()) and t.layout == torch.strided]


def _has_float(value: Any) -> bool:
    return bool(_floats([value]))


def _address(tensor: Any) -> int:
    return int(tensor.untyped_storage().data_ptr())
