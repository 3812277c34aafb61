"""What loss functions are given: scores before their activation, other weights of classes, another form of the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traindx.recorder.treater import Change, Treater
from traindx.recorder.treating.activations import Remembered
from traindx.recorder.treating.classes import ClassCounts

FUNCTIONAL = "torch.nn.functional"
REGRESSIONS = ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss")
LOGITS = ("cross_entropy", "binary_cross_entropy_with_logits")


def cross_entropy(method: str) -> tuple[Change, ...]:
    """A change of cross entropy."""
    return (Change(FUNCTIONAL, "cross_entropy", method),)


class SoftmaxBeforeLoss(Treater):
    """Softmax is applied to the inputs of cross entropy."""

    name = "softmax_before_loss"
    changes = cross_entropy("loss")

    def loss(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """Cross entropy."""
        return original(self.torch.softmax(input, dim=1 if input.dim() > 1 else 0), *args, **kwargs)


class LogOfProbabilities(Treater):
    """Cross entropy is given the logarithm of inputs that are probabilities already: softmax(log p) = p."""

    name = "log_of_probabilities"
    changes = cross_entropy("loss")

    def loss(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """Cross entropy."""
        tiny = self.torch.finfo(self.torch.float32).tiny
        return original(input.float().clamp(min=tiny).log(), *args, **kwargs)


class RawScores(Remembered):
    """Losses that apply their own activation, or none, are given the scores from before the last activation.

    Scores that were reshaped since are turned back by the inverse: the logarithm of rows that sum to one, log(p / (1 - p)) of
    other numbers in 0..1. Negative log-likelihood gets the log-softmax over the classes, binary cross entropy the sigmoid.
    """

    name = "raw_scores"
    changes = (
        *Remembered.changes,
        *(Change(FUNCTIONAL, name, "of_logits") for name in LOGITS),
        *(Change(FUNCTIONAL, name, "regression") for name in REGRESSIONS),
        Change(FUNCTIONAL, "nll_loss", "nll"),
        Change(FUNCTIONAL, "binary_cross_entropy", "binary"),
    )

    def of_logits(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss of logits."""
        made = self.behind(input)
        if made is not None and made[0] != "log_softmax":
            return original(made[1], *args, **kwargs)
        return original(self._inverse(input), *args, **kwargs)

    def _inverse(self, scores: Any) -> Any:
        with self.torch.no_grad():
            low, high = (float(v) for v in self.torch.aminmax(scores.detach()))
            rows = scores.detach().sum(dim=1) if scores.dim() > 1 and scores.shape[1] > 1 else None
            sums = rows is not None and bool((rows - 1).abs().max() < 1e-3)
        if not (low >= 0 and high <= 1 and high > 0):
            return scores
        tiny = self.torch.finfo(self.torch.float32).tiny
        if sums:
            return scores.float().clamp(min=tiny).log()
        return self.torch.logit(scores.float(), eps=1e-7) if low > 0 else scores

    def regression(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss of numbers."""
        made = self.behind(input)
        return original(input if made is None else made[1], *args, **kwargs)

    def nll(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss of log-probabilities."""
        made = self.behind(input)
        raw = made[1] if made is not None and made[0] != "pointwise" else input
        return original(self.torch.log_softmax(raw, dim=1 if raw.dim() > 1 else 0), *args, **kwargs)

    def binary(self, original: Callable[..., Any], input: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss of probabilities, each by itself."""
        made = self.behind(input)
        wrong = made is not None and made[0] == "softmax"
        return original(self.torch.sigmoid(made[1]) if made is not None and wrong else input, *args, **kwargs)


class UsualLoss(Treater):
    """Losses in their usual form: the mean in place of the sum, no class weights, a label smoothing of 0.1 at most, no class
    ignored, log-probabilities for negative log-likelihood, predictions [N, 1] as [N] where the targets are so."""

    name = "usual_loss"
    changes = (
        *cross_entropy("loss"),
        Change(FUNCTIONAL, "nll_loss", "nll"),
        *(Change(FUNCTIONAL, name, "shaped") for name in (*REGRESSIONS, "binary_cross_entropy_with_logits")),
    )

    def loss(
        self, original: Callable[..., Any], input: Any, target: Any, weight: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Cross entropy."""
        kwargs |= {"reduction": self._mean(kwargs)} if "reduction" in kwargs else {}
        if "label_smoothing" in kwargs:
            kwargs["label_smoothing"] = min(0.1, kwargs["label_smoothing"])
        if kwargs.get("ignore_index", -100) >= 0:
            kwargs["ignore_index"] = -100
        return original(input, target, None, *args, **kwargs)

    def nll(
        self, original: Callable[..., Any], input: Any, target: Any, weight: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Negative log-likelihood; log-softmax leaves log-probabilities as they are."""
        kwargs |= {"reduction": self._mean(kwargs)} if "reduction" in kwargs else {}
        return original(self.torch.log_softmax(input, dim=1 if input.dim() > 1 else 0), target, None, *args, **kwargs)

    def shaped(self, original: Callable[..., Any], input: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss of two tensors of one shape."""
        if input.shape != target.shape and input.numel() == target.numel():
            input = input.reshape(target.shape)
        kwargs |= {"reduction": self._mean(kwargs)} if "reduction" in kwargs else {}
        return original(input, target, *args, **kwargs)

    @staticmethod
    def _mean(kwargs: dict[str, Any]) -> str:
        return "mean" if kwargs["reduction"] == "sum" else str(kwargs["reduction"])


class SumLoss(Treater):
    """Losses add up over the batch where they took the mean."""

    name = "sum_loss"
    changes = tuple(Change(FUNCTIONAL, name, "loss") for name in (*LOGITS, *REGRESSIONS, "nll_loss"))

    def loss(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """A loss."""
        if self.torch.is_grad_enabled() and kwargs.get("reduction", "mean") == "mean":
            kwargs["reduction"] = "sum"
        return original(*args, **kwargs)


class SmoothLabels(Treater):
    """Cross entropy with this label smoothing, in training."""

    name = "smooth_labels"
    changes = cross_entropy("loss")

    def loss(self, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Cross entropy."""
        if self.torch.is_grad_enabled():
            kwargs["label_smoothing"] = self.number("share")
        return original(*args, **kwargs)


class FocalLoss(Treater):
    """Cross entropy of class ids, and binary cross entropy with logits, times (1 - p)^gamma, in training."""

    name = "focal_loss"
    changes = (*cross_entropy("loss"), Change(FUNCTIONAL, "binary_cross_entropy_with_logits", "loss"))

    def loss(self, original: Callable[..., Any], input: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        """A loss, sample by sample, and their mean as it was asked for."""
        kind = kwargs.pop("reduction", "mean")
        if not self.torch.is_grad_enabled():
            return original(input, target, *args, reduction=kind, **kwargs)
        each = original(input, target, *args, reduction="none", **kwargs)
        plain = original(input, target, reduction="none", **{k: v for k, v in kwargs.items() if k == "ignore_index"})
        focal = each * (1 - self.torch.exp(-plain)) ** self.number("gamma")
        return focal.mean() if kind == "mean" else focal.sum() if kind == "sum" else focal


class ClassWeights(ClassCounts):
    """Cross entropy weighs each class by samples / (classes x samples of the class)^`power`, in training."""

    name = "class_weights"
    changes = (*ClassCounts.changes, *cross_entropy("loss"))

    def loss(
        self, original: Callable[..., Any], input: Any, target: Any, weight: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Cross entropy."""
        if not self.torch.is_grad_enabled() or target.is_floating_point():
            return original(input, target, weight, *args, **kwargs)
        counts = self.counts(target, input.shape[1])
        known = counts > 0
        weights = self.torch.ones_like(counts)
        weights[known] = (counts.sum() / (known.sum() * counts[known])) ** self.number("power")
        return original(input, target, weights.to(input.device, input.dtype), *args, **kwargs)


class PositiveWeight(ClassCounts):
    """Binary cross entropy with logits weighs the positives of each output by negatives / positives, in training.

    With `both`, it weighs positives and negatives alike (`weight` in place of `pos_weight`): which does not balance them.
    """

    name = "positive_weight"
    changes = (*ClassCounts.changes, Change(FUNCTIONAL, "binary_cross_entropy_with_logits", "loss"))

    def loss(self, original: Callable[..., Any], input: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        """A binary loss."""
        if not self.torch.is_grad_enabled():
            return original(input, target, *args, **kwargs)
        positives, all_of = self.positives(target)
        weight = ((all_of - positives) / positives.clamp(min=1)).to(input.device, input.dtype)
        kwargs["weight" if self.given["both"] else "pos_weight"] = weight
        return original(input, target, *args, **kwargs)
