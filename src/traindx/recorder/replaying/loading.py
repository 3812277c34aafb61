"""The capsule's tensors in the place of the training's own: weights, buffers, modes, random state, batch, arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from traindx.core.capsule import Capsule
from traindx.recorder.capsule_writing import DTYPES
from traindx.recorder.description import core_of
from traindx.recorder.replaying.rows import only_rows, samples_of
from traindx.recorder.structure import changed, tensors_of


class Loaded:
    """A capsule's tensors in memory. `samples` is how many samples a batch holds, 0 where nobody knows."""

    def __init__(self, capsule: Capsule) -> None:
        self.capsule = capsule
        self.state = self._below("state/")
        numbers = sorted({int(name.split("/")[0]) for name in capsule.below("batch/")})
        self.batches = [self._below(f"batch/{n}") for n in numbers]
        self.arguments = self._below("argument/")
        self.target = self._below("target/").get("0")
        self.random = self._below("random/")
        self.samples = samples_of(self.batches[0] if self.batches else self.arguments)

    def _below(self, prefix: str) -> dict[str, Any]:
        return {name: tensor_of(self.capsule, prefix + name) for name in self.capsule.below(prefix)}

    def put_state(self, root: Any, state: Mapping[str, Any]) -> None:
        """Make `state` the root's parameters and buffers, as far as they are of the same name and shape."""
        for name, tensor in own_state(root).items():
            saved = state.get(name)
            if saved is not None and saved.shape == tensor.shape:
                tensor.data = saved.to(tensor.device, copy=True)
                if isinstance(tensor, torch.nn.Parameter):
                    tensor.grad = None

    def put_modes(self, root: Any) -> None:
        """Set training or evaluation mode of each module as it was."""
        training, other = bool(self.capsule.facts["training"]), set(self.capsule.facts["modes"])
        for name, module in core_of(root).named_modules():
            module.training = training is not (name in other)

    def put_random(self) -> None:
        """Set the random state of the host's and the device's generator."""
        if "cpu" in self.random:
            torch.set_rng_state(self.random["cpu"])
        if "cuda" in self.random and torch.cuda.is_available():
            torch.cuda.set_rng_state(self.random["cuda"])

    def batch(self, value: Any, number: int, rows: Sequence[int] | None) -> Any:
        """What the loader is to hand out in place of `value`: the batch of that number, or some samples of it.

        None where the loader's own is of another form, such as a validation loader's.
        """
        if number >= len(self.batches):
            return None
        saved = self.batches[number]
        own = tensors_of(torch, value)
        if not all(p in own and own[p].dim() == t.dim() and own[p].dtype == t.dtype for p, t in saved.items()):
            return None
        words = self._words(number)
        made = changed(torch, value, lambda path, leaf: self._put(saved.get(path), leaf, words.get(path)))
        return made if rows is None else only_rows(made, rows, self.samples)

    def called_with(self, value: Any, rows: Sequence[int] | None) -> Any:
        """The root's arguments as they were, in place of `value`, where their number of dimensions is the same."""
        saved, samples = self.arguments, self.samples

        def change(path: str, leaf: Any) -> Any:
            tensor = saved.get(path)
            if tensor is None or not isinstance(leaf, torch.Tensor) or tensor.dim() != leaf.dim():
                return leaf
            if rows is None:
                return self._put(tensor, leaf)
            stacked = tensor.dim() and tensor.shape[0] == samples and leaf.shape[0] == len(rows)
            return self._put(tensor[list(rows)], leaf) if stacked else leaf  # else the loader has chosen the samples

        return changed(torch, value, change)

    def _words(self, number: int) -> dict[str, Any]:
        """The lists of plain values that the batch held, such as file names, by path."""
        held = dict(self.capsule.facts.get("samples") or {})
        start = f"{number}/"
        return {name[len(start) - 1 :]: values for name, values in held.items() if name.startswith(start)}

    @staticmethod
    def _put(saved: Any, leaf: Any, words: Any = None) -> Any:
        if isinstance(leaf, torch.Tensor):
            return leaf if saved is None else saved.to(leaf.device, copy=True)
        alike = words is not None and len(words) and type(words[0]) is type(leaf[0])
        return type(leaf)(words) if alike else leaf


def tensor_of(capsule: Capsule, name: str) -> Any:
    """A tensor of a capsule."""
    entry = capsule.entries[name]
    kind = getattr(torch, next(ours for ours, theirs in DTYPES.items() if theirs == entry.dtype))
    data = bytearray(capsule.read(name))
    if not data:
        return torch.empty(entry.shape, dtype=kind)
    return torch.frombuffer(data, dtype=torch.uint8).view(kind).reshape(entry.shape).clone()


def own_state(root: Any) -> dict[str, Any]:
    """The root's own parameters and buffers by name, as objects."""
    core = core_of(root)
    named = [*core.named_parameters(), *core.named_buffers()]
    return {name.replace("_orig_mod.", ""): tensor for name, tensor in named}
