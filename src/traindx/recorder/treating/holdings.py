"""Which parameters learn: given to an optimizer, withheld from it, frozen or not."""

from __future__ import annotations

from typing import Any

from traindx.recorder.description import core_of, held
from traindx.recorder.treater import Treater


class OptimizeAll(Treater):
    """Trainable parameters that no optimizer holds are given to the first one, at its first group's settings."""

    name = "optimize_all_parameters"

    def first_step(self, root: Any) -> None:
        """Give them."""
        if not self.once():
            return
        optimizers = self.training.optimizers
        inside = {id(p) for optimizer in optimizers for p in held(optimizer)}
        missing = [p for p in root.parameters() if p.requires_grad and id(p) not in inside]
        optimizers[0].param_groups[0]["params"].extend(missing)


class Withhold(Treater):
    """The last `share` of the parameters is kept out of every optimizer."""

    name = "withhold_parameters"

    def first_step(self, root: Any) -> None:
        """Take them out."""
        if not self.once():
            return
        parameters = list(root.parameters())
        kept = len(parameters) - max(1, round(self.number("share") * len(parameters)))
        withheld = {id(p) for p in parameters[kept:]}
        for optimizer in self.training.optimizers:
            for group in optimizer.param_groups:
                group["params"] = [p for p in group["params"] if id(p) not in withheld]


class Unfreeze(OptimizeAll):
    """Every parameter of floats learns, whatever the training freezes, and is held by an optimizer."""

    name = "unfreeze"

    def any_call(self, module: Any) -> None:
        """A module is called: without a parameter that learns it would be no training."""
        if module._modules and not any(p.requires_grad for p in module.parameters()):
            self._free(module)

    def before_forward(self, root: Any) -> None:
        """The root is called."""
        self._free(root)

    def _free(self, module: Any) -> None:
        for parameter in module.parameters():
            if parameter.is_floating_point() and parameter.is_leaf and not parameter.requires_grad:
                parameter.requires_grad_(True)


class Freeze(Treater):
    """The first layers, as many as hold `share` of all numbers, do not learn; the last layer always does."""

    name = "freeze"

    def first_forward(self, root: Any) -> None:
        """Freeze them."""
        if not self.once():
            return
        layers = [list(m.parameters(recurse=False)) for m in core_of(root).modules() if m._parameters]
        left = self.number("share") * sum(p.numel() for layer in layers for p in layer)
        for layer in layers[:-1]:
            if left <= 0:
                break
            for parameter in layer:
                parameter.requires_grad_(False)
                left -= parameter.numel()
