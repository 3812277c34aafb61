"""Other learning rates: scaled, held at their base, warmed up, or following another schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from traindx.core.treatment import Argument
from traindx.recorder.treater import Change, GroupTreater, Settings, Training

LENGTH = 1000
"""Steps of a schedule where neither the treatment nor a limit of steps says how long the run is. A guess."""
RISE = 50
"""Steps in which a rate that begins far below its base is led there. A guess."""


class ScaleRate(GroupTreater):
    """The rate of every group times a factor, on top of any schedule."""

    name = "scale_lr"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The scaled rate."""
        return {"lr": group["lr"] * self.number("factor")} if "lr" in group else {}


class Paced(GroupTreater):
    """A treater that goes by how many steps each optimizer has taken."""

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._taken: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def taken(self, optimizer: Any) -> int:
        """Steps that an optimizer has taken."""
        return self._taken.get(optimizer, 0)

    def after_step(self, optimizer: Any) -> bool:
        """Count the step."""
        if self._before:
            self._taken[optimizer] = self.taken(optimizer) + 1
        return super().after_step(optimizer)

    @property
    def length(self) -> int:
        """Steps of the schedule."""
        return int(self.number("steps")) or self.training.length or LENGTH


class WarmUp(Paced):
    """The rate rises evenly to its full value over the first steps."""

    name = "warm_up"

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """A share of the rate that the group has."""
        share = min(1.0, (self.taken(optimizer) + 1) / self.number("steps"))
        return {"lr": group["lr"] * share} if "lr" in group and share < 1 else {}


class BasedRate(Paced):
    """The group's base rate, whatever was set since, times `share` of it."""

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._first: dict[tuple[int, int], tuple[float, float]] = {}

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The base rate times the share."""
        if "lr" not in group:
            return {}
        at = next(i for i, g in enumerate(optimizer.param_groups) if g is group)
        key = id(optimizer), at
        if key not in self._first:
            self._first[key] = float(group["lr"]), base_rate(optimizer, group)
        first, base = self._first[key]
        return {"lr": base * self.share(self.taken(optimizer), first / base if base else 1.0)}

    def share(self, step: int, first: float) -> float:
        """Which share of the base rate a step has; `first`: that of the first rate."""
        raise NotImplementedError


def base_rate(optimizer: Any, group: Mapping[str, Any]) -> float:
    """The rate that a schedule is made of: what torch's schedulers note in a group (a cycle its highest), else the rate
    with which the optimizer was made or first stepped."""
    known = [group[name] for name in ("max_lr", "initial_lr") if isinstance(group.get(name), (int, float))]
    return float(known[0] if known else max(float(group["lr"]), float(optimizer.defaults.get("lr") or 0.0)))


class HoldRate(BasedRate):
    """The base rate from first to last, reached evenly within `RISE` steps where the first rate is under half of it."""

    name = "hold_rate"

    def share(self, step: int, first: float) -> float:
        """One, or a share on the way there."""
        return 1.0 if first >= 0.5 else min(1.0, first + (1 - first) * step / RISE)


class CosineRate(BasedRate):
    """Half a cosine from the base rate to zero."""

    name = "cosine_rate"

    def share(self, step: int, first: float) -> float:
        """As torch's CosineAnnealingLR."""
        return (1 + math.cos(math.pi * min(step, self.length) / self.length)) / 2


class OneCycleRate(BasedRate):
    """Up to the base rate in three tenths of the steps and down to nearly nothing, by cosines: torch's OneCycleLR, whose
    momentum is left as it is here."""

    name = "one_cycle_rate"

    def share(self, step: int, first: float) -> float:
        """As torch's OneCycleLR with its default factors of 25 and 10,000."""
        top, last = 0.3 * self.length - 1, self.length - 1
        if step <= top:
            return _between(1 / 25, 1.0, step / top)
        return _between(1.0, 1 / 25 / 1e4, min(1.0, (step - top) / (last - top)))


def _between(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


class DecayRate(BasedRate):
    """The base rate times `factor` for every step that was taken: a decay for epochs that is applied for each batch."""

    name = "decay_rate"

    def share(self, step: int, first: float) -> float:
        """A power of the factor."""
        return float(self.number("factor") ** step)


class PlateauRate(GroupTreater):
    """A tenth of the rate whenever the loss, averaged over `steps` steps, has not fallen by a hundredth for as many more."""

    name = "plateau_rate"
    changes = (Change("torch.autograd", "backward", "backward"),)

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._share, self._best = 1.0, math.inf
        self._losses: list[Any] = []

    def backward(self, original: Any, tensors: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A backward pass: note its loss, and judge the last ones when there are enough."""
        if isinstance(tensors, self.torch.Tensor) and tensors.numel() == 1:
            self._losses.append(tensors.detach().float().reshape(()))
        if len(self._losses) >= self.number("steps"):
            mean = float(self.torch.stack(self._losses).mean())
            self._losses = []
            if mean > 0.99 * self._best:
                self._share *= 0.1
            self._best = min(self._best, mean)
        return original(*(() if tensors is None else (tensors,)), *args, **kwargs)

    def settings(self, optimizer: Any, group: Mapping[str, Any]) -> Settings:
        """The rate as far as it was lowered."""
        return {"lr": group["lr"] * self._share} if "lr" in group and self._share < 1 else {}
