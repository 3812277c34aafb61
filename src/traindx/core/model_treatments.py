"""Treatments of the model: what learns, its first weights, activations, normalisation, dropout, modes and precision."""

from __future__ import annotations

from traindx.core.treatment import Treatment, in_process


def unfreeze() -> Treatment:
    """Every parameter learns and is held by an optimizer."""
    return in_process("unfreeze", "all parameters learn")


def freeze(share: float) -> Treatment:
    """The first layers, as many as hold `share` of all numbers, do not learn; the last layer always does."""
    return in_process("freeze", f"the first layers frozen, with {share:.0%} of all numbers", share=share)


def he_weights() -> Treatment:
    """Weights drawn anew after He, biases zero."""
    return in_process("he_weights", "weights drawn after He")


def xavier_weights() -> Treatment:
    """Weights drawn anew after Glorot, biases zero."""
    return in_process("xavier_weights", "weights drawn after Glorot (Xavier)")


def rectify() -> Treatment:
    """Sigmoid and tanh modules before the last layer become ReLUs."""
    return in_process("rectify", "hidden sigmoids and tanhs replaced by ReLU")


def squash() -> Treatment:
    """ReLU modules before the last layer become sigmoids."""
    return in_process("squash", "hidden ReLUs replaced by sigmoids")


def rectify_between() -> Treatment:
    """A ReLU between layers that follow one another without an activation."""
    return in_process("rectify_between", "a ReLU between layers that had none")


def leave_activations_out() -> Treatment:
    """ReLU modules before the last layer let everything through."""
    return in_process("leave_activations_out", "hidden ReLUs left out")


def normalize_layers() -> Treatment:
    """The output of each layer with weights but the last is normalised, sample by sample."""
    return in_process("normalize_layers", "a normalisation behind each layer")


def not_in_place() -> Treatment:
    """Activations write their result beside what they were given."""
    return in_process("not_in_place", "activations not in place")


def eval_at_validation() -> Treatment:
    """The model is in evaluation mode while it is validated, and in training mode again afterwards."""
    return in_process("eval_at_validation", "model.eval() for validation")


def train_at_validation() -> Treatment:
    """The model is left in training mode while it is validated."""
    return in_process("train_at_validation", "training mode left on in validation")


def cap_dropout(most: float) -> Treatment:
    """No dropout above `most`."""
    return in_process("cap_dropout", f"dropout {most:g} at most" if most else "no dropout", most=most)


def raise_dropout(share: float) -> Treatment:
    """Every dropout layer drops `share`."""
    return in_process("raise_dropout", f"dropout {share:g}", share=share)


def norm_momentum(value: float = 0.1) -> Treatment:
    """Another momentum of the running statistics of batch norms."""
    return in_process("norm_momentum", f"batch norms' momentum {value:g}", value=value)


def frozen_norms_stay() -> Treatment:
    """Batch norms whose weight is frozen use their running statistics and leave them as they are."""
    return in_process("frozen_norms_stay", "frozen batch norms in evaluation mode")


def freeze_norms() -> Treatment:
    """Every batch norm uses the running statistics that it began with."""
    return in_process("freeze_norms", "the statistics of all batch norms frozen")


def group_norm() -> Treatment:
    """Batch norms normalise each sample by itself, in groups of channels."""
    return in_process("group_norm", "group norms in place of batch norms")


def sync_norms() -> Treatment:
    """Batch norms take their statistics over all ranks."""
    return in_process("sync_norms", "batch norms over all ranks")


def full_precision() -> Treatment:
    """No autocast, no loss scale, single precision."""
    return in_process("full_precision", "full precision")


def safe_operations(least: float = 1e-12) -> Treatment:
    """Logarithms and roots of at least `least`, and no division by zero."""
    return in_process("safe_operations", f"logarithms, roots and divisors of at least {least:g}", least=least)


def broadcast_buffers() -> Treatment:
    """DistributedDataParallel sends buffers from the first rank before each forward pass."""
    return in_process("broadcast_buffers", "buffers broadcast from the first rank")


def find_unused() -> Treatment:
    """DistributedDataParallel looks for parameters that take no part in the loss."""
    return in_process("find_unused", "unused parameters looked for")
