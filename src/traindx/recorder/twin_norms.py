"""Batch norms in the twins: which statistics they use, and how far the batch lies from those that a network was trained with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.core.twin_plan import EXCHANGED, SCALES, Trial

FITS = ("fit", *EXCHANGED, *SCALES)


class TwinNorms:
    """Told of each batch norm while a twin runs. `count` is how many use a batch's statistics in one step, `trained` whether
    their running statistics were others than new ones at the beginning, `momentum` the least of all."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._trial: Trial | None = None
        self.count, self.trained = 0, False
        self.momentum: float | None = None
        self._now = 0
        self._pool: dict[int, list[tuple[Any, Any]]] = {}
        self._far: list[Any] = []
        self._met: set[int] = set()

    def begin(self, trial: Trial) -> None:
        """A twin begins."""
        self._trial, self._now, self._far = trial, 0, []

    def end(self) -> dict[str, Any]:
        """The twin is over: how far its batch lay from the running statistics, where that was asked."""
        trial, self._trial = self._trial, None
        if trial is not None and trial.kind == "base":
            self.count = max(self.count, self._now)
        far = sorted(float(x) for x in self._far)
        return {"far": far[len(far) // 2]} if far else {}

    def called(
        self,
        original: Callable[..., Any],
        input: Any,
        running_mean: Any = None,
        running_var: Any = None,
        weight: Any = None,
        bias: Any = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Any:
        """A batch norm, by the batch's own statistics, the running ones, or those of all batches that were held back."""
        trial, own = self._trial, (input, running_mean, running_var, weight, bias, training, momentum, eps)
        if trial is None or running_mean is None or not self._torch.is_grad_enabled():
            return original(*own)
        self._now += training
        if trial.kind == "base" and trial.moment == "first" and trial.batch == 0 and id(running_mean) not in self._met:
            self._met.add(id(running_mean))  # a later call of the same step meets what the step itself has moved
            self.trained |= bool((running_mean != 0).any()) and bool((running_var != 1).any())
            if training and momentum is not None:
                self.momentum = min(momentum, 1.0 if self.momentum is None else self.momentum)
        if trial.kind in FITS:
            self._far.append(self._distance(input, running_mean, running_var, eps))
        if trial.kind == "base" and trial.moment == "later" and training:
            self._pool.setdefault(id(running_mean), []).append(self._statistics(input))
        if trial.kind == "running" or trial.kind in FITS:
            return original(input, running_mean, running_var, weight, bias, False, momentum, eps)
        pool = self._pool.get(id(running_mean))
        if trial.kind == "refreshed" and pool and training:
            mean, variance = self._together(pool)
            return original(input, mean, variance, weight, bias, False, momentum, eps)
        return original(*own)

    def _statistics(self, input: Any) -> tuple[Any, Any]:
        with self._torch.no_grad():
            x = input.detach().float()
            dims = [d for d in range(x.dim()) if d != 1]
            return x.mean(dim=dims), x.var(dim=dims, unbiased=False)

    def _together(self, pool: list[tuple[Any, Any]]) -> tuple[Any, Any]:
        means = self._torch.stack([m for m, _ in pool])
        variances = self._torch.stack([v for _, v in pool])
        mean = means.mean(dim=0)
        return mean, variances.mean(dim=0) + ((means - mean) ** 2).mean(dim=0)

    def _distance(self, input: Any, running_mean: Any, running_var: Any, eps: float) -> Any:
        """How far the batch's means and deviations lie from the running ones, the mean over channels: 0 is the same."""
        mean, variance = self._statistics(input)
        own = running_var.float() + eps
        away = (mean - running_mean.float()) ** 2 / own + 0.25 * self._torch.log((variance + eps) / own) ** 2
        return away.mean()
