"""Where the user's code made each layer, and last set each weight: noted while a model is being built, in the child process."""

from __future__ import annotations

import functools
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from traindx.recorder.loaded_keys import key_facts

Line: TypeAlias = tuple[str, int]
_OWN = str(Path(__file__).parents[1])
_BUILDING = str(Path(__file__).with_name("building.py"))


@dataclass
class Made:
    """Lines by the identity of the module or the tensor, and each load of a state dict with the module that it went into.

    What is noted is kept alive, so that no identity is given twice.
    """

    modules: dict[int, Line] = field(default_factory=dict)
    weights: dict[int, Line] = field(default_factory=dict)
    kept: list[Any] = field(default_factory=list)
    loads: list[tuple[Any, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def loads_into(self, model: Any) -> list[dict[str, Any]]:
        """The loads, each with the share of the model that it was for, and how many of its weights are what was loaded."""
        own = {id(p): p.numel() for p in model.parameters()}
        whole = max(1, sum(own.values()))
        return [
            {**facts, **held, "covers": sum(own.get(id(p), 0) for p in module.parameters()) / whole}
            for module, facts, state in self.loads
            for held in [_still_held(module, state, own)]
        ]

    def line_of(self, module: Any) -> Line | None:
        """Where a module's weight was set, or else where the module was made."""
        weight = module._parameters.get("weight")
        return self.weights.get(id(weight)) or self.modules.get(id(module))


@contextmanager
def noting(torch: Any) -> Iterator[Made]:
    """Note, while this is open, the user's line behind each module and each call of `torch.nn.init`."""
    made, kind, init = Made(), torch.nn.Module, torch.nn.init
    begin, drawn = kind.__init__, {n: f for n, f in vars(init).items() if n.endswith("_") and callable(f)}

    @functools.wraps(begin)
    def begun(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        if (line := users_line()) is not None:
            made.modules.setdefault(id(self), line)
            made.kept.append(self)

    load = kind.load_state_dict

    @functools.wraps(load)
    def loaded(self: Any, state_dict: Any, strict: bool = True, **kwargs: Any) -> Any:
        _note_load(made, self, state_dict, strict)
        return load(self, state_dict, strict, **kwargs)

    kind.__init__, kind.load_state_dict = begun, loaded
    for name, function in drawn.items():
        setattr(init, name, _noted(function, made))
    try:
        yield made
    finally:
        kind.__init__, kind.load_state_dict = begin, load
        for name, function in drawn.items():
            setattr(init, name, function)


def _note_load(made: Made, module: Any, state: Any, strict: bool) -> None:
    line = users_line()
    if line is None or not isinstance(state, Mapping):
        return
    facts = key_facts(state, dict(module.named_parameters()), (name for name, _ in module.named_buffers()))
    place = {"path": line[0], "line": line[1], "class": type(module).__name__, "strict": strict}
    sums = {name: _sum(value) for name, value in state.items() if hasattr(value, "detach")}
    made.loads.append((module, {**facts, **place}, sums))


def _sum(tensor: Any) -> Any:
    """What tells a tensor from another: its shape, and the norm and the sum of its values."""
    values = tensor.detach().double()
    return tuple(tensor.shape), float(values.norm()), float(values.sum())


def _still_held(module: Any, state: Mapping[str, Any], own: Mapping[int, int]) -> dict[str, int]:
    """Of the weights of more than one dimension that a load brought to the model: how many there are, and how many are so still.

    A layer that was replaced since is another tensor, and not counted.
    """
    pairs = [(state[n], p) for n, p in module.named_parameters() if n in state and p.dim() > 1 and id(p) in own]
    pairs = [(told, p) for told, p in pairs if told[0] == tuple(p.shape)]
    same = sum(
        all(abs(a - b) <= 1e-4 * abs(a) + 1e-9 for a, b in zip(told[1:], _sum(p)[1:], strict=True)) for told, p in pairs
    )
    return {"looked": len(pairs), "kept": same}


def _noted(function: Any, made: Made) -> Any:
    @functools.wraps(function)
    def called(tensor: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if _is_users(frame.f_code.co_filename):
            made.weights[id(tensor)] = (_shown(frame.f_code.co_filename), frame.f_lineno)
            made.kept.append(tensor)
        return function(tensor, *args, **kwargs)

    return called


def users_line() -> Line | None:
    """The innermost line of the user's own code on the stack, above the call that builds the model."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename != _BUILDING:
        if _is_users(frame.f_code.co_filename):
            return _shown(frame.f_code.co_filename), frame.f_lineno
        frame = frame.f_back
    return None


def users_line_of(error: BaseException) -> Line | None:
    """The innermost line of the user's own code in a traceback."""
    found, trace = None, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        found = (_shown(name), trace.tb_lineno) if _is_users(name) else found
        trace = trace.tb_next
    return found


@functools.cache
def _is_users(file: str) -> bool:
    libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
    return not file.startswith((*libraries, _OWN, "<")) and "site-packages" not in file


def _shown(file: str) -> str:
    path = Path(file).resolve()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)
