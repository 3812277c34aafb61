"""Stops early: when validation has not become better for a while."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from traindx.core.loss_names import LOSSES
from traindx.core.treatment import Argument
from traindx.recorder.treater import Change, Training, Treater


class StopEarly(Treater):
    """The run ends after `patience` validations in a row whose mean loss is no better than the best before them."""

    name = "stop_early"
    changes = (
        *(Change("torch.nn.functional", name, "loss") for name in LOSSES),
        Change("ultralytics.engine.model", "Model.train", "train"),
    )

    def __init__(self, training: Training, given: Mapping[str, Argument]) -> None:
        super().__init__(training, given)
        self._losses: list[Any] = []
        self._best, self._worse = math.inf, 0

    def train(self, original: Callable[..., Any], model: Any, trainer: Any = None, **settings: Any) -> Any:
        """Ultralytics is to train: it counts epochs by its own measure."""
        return original(model, trainer, **{**settings, "patience": int(self.number("patience"))})

    def loss(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A loss: of validation without gradients."""
        value = original(*args, **kwargs)
        if not self.torch.is_grad_enabled() and self.torch.is_tensor(value) and value.dim() == 0:
            self._losses.append(value.detach().float())
        return value

    def before_forward(self, root: Any) -> None:
        """Training goes on: judge the validation that is over."""
        if not self._losses or not self.training.step:
            self._losses = []
            return
        mean = float(self.torch.stack(self._losses).mean())
        self._losses = []
        self._worse = 0 if mean < self._best else self._worse + 1
        self._best = min(self._best, mean)
        if self._worse >= self.number("patience"):
            self.training.session.stop(self.training.step)
