"""What all twins of a moment begin with: weights, buffers and random state; and the gradients that they end with."""

from __future__ import annotations

import gc
import math
from collections.abc import Mapping
from typing import Any

from traindx.core.twin_plan import Trial
from traindx.recorder.batch_structure import mapped
from traindx.recorder.description import core_of
from traindx.recorder.treater import Training

DROPS = ("Drop", "StochasticDepth")
"""Words in the names of modules that leave something out at random."""


FRESH = "fresh"
"""The moment before any weights were loaded: there nothing was learned yet."""


def own_state(core: Any) -> dict[str, Any]:
    """Parameters and buffers by name, as objects."""
    return {**dict(core.named_parameters()), **dict(core.named_buffers())}


class TwinState:
    """Puts a moment's state back before each twin, and before the training goes on."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._states: dict[str, dict[str, Any]] = {}
        self._random: dict[str, tuple[Any, Any]] = {}
        self._base: dict[str, dict[str, Any]] = {}
        self._dirty = False
        self._average: tuple[Any, ...] | None = None
        self._off: list[Any] = []
        self._device: Any = None

    def keep(self, core: Any, moment: str) -> None:
        """The state of a moment is the one now, unless it was kept before."""
        if moment not in self._states:
            self._states[moment] = {name: t.detach().clone() for name, t in own_state(core).items()}
            self._random[moment] = self._generators()

    def begin(self, root: Any, trial: Trial, average: Mapping[str, Any] | None = None) -> None:
        """A twin begins: the state of its moment, no gradients, and what the trial itself changes in the model; `average` are
        the tensors of averaged weights, for their twin."""
        core = core_of(root)
        self.keep(core, trial.moment)
        state = self._states[trial.moment]
        if trial.kind.startswith("start"):
            names = {name for name, _ in core.named_parameters()}
            begun = self._states.get(FRESH) or self._states.get("first", {})
            state = {**state, **{k: v for k, v in begun.items() if k in names}}
        if trial.kind == "average" and average is not None:
            state = {**state, **{name: t.detach() for name, t in average.items()}}
        self._put(core, state)
        self._set_generators(self._random[trial.moment])
        self._dirty = True
        if trial.kind.endswith("no_dropout"):
            self._off = [m for m in core.modules() if any(w in type(m).__name__ for w in DROPS) and m.training]
            for module in self._off:
                module.training = False
        if trial.kind == "processor":
            self._on_processor(core)

    def end(self, core: Any, trial: Trial) -> int:
        """A twin is over: undo what it changed in the model. Returns how many modules leave something out at random."""
        for module in self._off:
            module.training = True
        self._off = []
        if self._device is not None:
            core.__dict__.pop("forward", None)
            for tensor in own_state(core).values():
                tensor.grad = None
                tensor.data = tensor.data.to(self._device)
            self._device = None
        return sum(1 for m in core.modules() if _drops(m)) if trial.kind == "base" else 0

    def go_on(self, root: Any) -> None:
        """The training goes on where it was."""
        if self._dirty:
            self._put(core_of(root), self._states["first"])
            self._set_generators(self._random["first"])
            self._dirty = False

    def average(self, training: Training) -> Any | None:
        """A copy of the trained network whose weights are others: an average of them, as validation may use."""
        root = training.root
        if self._average is None and root is not None:
            roots, core = training.session.seen.roots, core_of(root)
            found = [m for m in gc.get_objects() if type(m) is type(core) and m is not core and roots.is_twin(m)]
            self._average = tuple(m for m in found if not _same(m, core))[:1]
        return self._average[0] if self._average else None

    def gradients(self, root: Any, trial: Trial, factor: float) -> dict[str, Any]:
        """Norm of all gradients, and how far they are from those of the same batch as it is, relative to these; where most."""
        core = core_of(root)
        own = {n: p.grad.detach().float() / factor for n, p in core.named_parameters() if p.grad is not None}
        if not own:
            return {"gradient": None}
        norm = math.sqrt(sum(float((g**2).sum()) for g in own.values()))
        facts: dict[str, Any] = {"gradient": norm if math.isfinite(norm) else None}
        if trial.kind == "base" and trial.batch == 0:
            self._base[trial.moment] = {name: g.clone() for name, g in own.items()}
        base = self._base.get(trial.moment)
        if base is None or trial.batch or trial.kind == "base" or base.keys() != own.keys():
            return facts
        away = {n: (float((g.to(base[n].device) - base[n]).norm()), float(base[n].norm())) for n, g in own.items()}
        total = math.sqrt(sum(b * b for _, b in away.values()))
        apart = math.sqrt(sum(a * a for a, _ in away.values())) / max(total, 1e-30)
        name = max(away, key=lambda n: away[n][0])
        return facts | {"apart": apart if math.isfinite(apart) else None, "most": name}

    def _put(self, core: Any, state: dict[str, Any]) -> None:
        with self._torch.no_grad():
            for name, tensor in own_state(core).items():
                saved = state.get(name)
                if saved is not None and saved.shape == tensor.shape:
                    tensor.copy_(saved)
                if tensor.is_leaf:
                    tensor.grad = None

    def _generators(self) -> tuple[Any, Any]:
        cuda = self._torch.cuda
        device = cuda.get_rng_state() if cuda.is_available() and cuda.is_initialized() else None
        return self._torch.get_rng_state(), device

    def _set_generators(self, state: tuple[Any, Any]) -> None:
        self._torch.set_rng_state(state[0])
        if state[1] is not None:
            self._torch.cuda.set_rng_state(state[1])

    def _on_processor(self, core: Any) -> None:
        """Have the network compute on the processor, between inputs and outputs on the device."""
        torch, forward = self._torch, type(core).forward
        self._device = next(core.parameters()).device
        device = self._device
        for tensor in own_state(core).values():
            tensor.grad = None
            tensor.data = tensor.data.cpu()

        def elsewhere(*args: Any, **kwargs: Any) -> Any:
            put = [mapped(torch, v, lambda x: x.cpu() if isinstance(x, torch.Tensor) else x) for v in (args, kwargs)]
            output = forward(core, *put[0], **put[1])
            return mapped(torch, output, lambda x: x.to(device) if isinstance(x, torch.Tensor) else x)

        core.forward = elsewhere


def _drops(module: Any) -> bool:
    """Whether a module that is in training mode leaves something out at random, by an own function."""
    share = module.__dict__.get("drop_prob", module.__dict__.get("p"))
    named = "DropPath" in type(module).__name__ or "StochasticDepth" in type(module).__name__
    return named and bool(module.training) and isinstance(share, float) and share > 0


def _same(copy: Any, core: Any) -> bool:
    """Whether two networks hold the very same weights."""
    mine = dict(core.named_parameters())
    for name, theirs in copy.named_parameters():
        own = mine.get(name)
        if own is None or own.shape != theirs.shape:
            return True  # of another structure: not to be compared
        if own is not theirs and bool((own.detach() != theirs.detach().to(own.device)).any()):
            return False
    return True
