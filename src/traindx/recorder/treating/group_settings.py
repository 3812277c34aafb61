"""Other settings of parameter groups than the rate: momentum, weight decay, the direction of the step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traindx.recorder.treater import GroupTreater, Settings, Training


class SetMomentum(GroupTreater):
    """Another momentum, or beta1 where that takes its place."""

    name = "set_momentum"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The momentum, where the optimizer has one that is in use."""
        betas = group.get("betas")
        if isinstance(betas, (tuple, list)) and betas:
            return {"betas": (self.number("value"), *betas[1:])}
        return {"momentum": self.number("value")}


class ScaleWeightDecay(GroupTreater):
    """Weight decay times a factor."""

    name = "scale_weight_decay"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The scaled decay."""
        return {"weight_decay": group.get("weight_decay", 0.0) * self.number("factor")}


class ShrinkWeights(GroupTreater):
    """A weight decay that takes `share` of each weight at every step, of all groups."""

    name = "shrink_weights"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The share by the rate."""
        rate = float(group.get("lr") or 0.0)
        return {"weight_decay": self.number("share") / rate} if rate else {}


class NoDecayOnNorms(GroupTreater):
    """No weight decay for parameters with fewer than two dimensions: normalisation layers and biases.

    During a step the optimizer has twice as many groups; the schedulers see those that they know.
    """

    name = "no_decay_on_norms"

    def __init__(self, training: Training, given: Mapping[str, Any]) -> None:
        super().__init__(training, given)
        self._groups: tuple[Any, list[Any]] | None = None

    def before_step(self, optimizer: Any) -> None:
        """Put those parameters in groups of their own."""
        self.after_step(optimizer)
        self._groups = optimizer, optimizer.param_groups
        optimizer.param_groups = [part for group in optimizer.param_groups for part in self._parts(group)]

    def _parts(self, group: Any) -> list[Any]:
        flat = [p for p in group["params"] if p.dim() < 2]
        if not flat or not group.get("weight_decay"):
            return [group]
        deep = {**group, "params": [p for p in group["params"] if p.dim() >= 2]}
        return [part for part in (deep, {**group, "params": flat, "weight_decay": 0.0}) if part["params"]]

    def after_step(self, optimizer: Any) -> bool:
        """Give the optimizer its groups back."""
        if self._groups is not None:
            self._groups[0].param_groups = self._groups[1]
        self._groups = None
        return False


class DecayEverywhere(GroupTreater):
    """The highest weight decay of any group in all of them."""

    name = "decay_everywhere"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The highest."""
        return {"weight_decay": max(g.get("weight_decay", 0.0) for g in optimizer.param_groups)}
