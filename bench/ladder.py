"""AUTOTRAINER's repairs for each problem that it detects, in its order, and the pool from which random treatments are drawn.

After `AutoTrainer/utils/repair.py` (ICSE 2021). SELU is not among the treatments and is left out; batch normalisation is a
normalisation behind each layer, the initialiser He's, ReduceLROnPlateau a rate cut to a tenth, a larger batch an
accumulation. Each rate of its three attempts is a tenth of the one before.
"""

from __future__ import annotations

from collections.abc import Mapping

from traindx.causes import all_causes
from traindx.core.data_treatments import usual_loss
from traindx.core.model_treatments import he_weights, normalize_layers
from traindx.core.step_treatments import accumulate, clip_gradients, other_optimizer, plateau_rate, set_momentum
from traindx.core.treatment import Treatment, leaky_relu, scale_lr, standardize_inputs

_RATES = (scale_lr(0.1), scale_lr(0.01), scale_lr(0.001))

REPAIRS: Mapping[str, tuple[Treatment, ...]] = {
    "unscaled-inputs": (standardize_inputs(),),  # abnormal data
    "wrong-loss": (usual_loss(),),
    "saturating-activations": (he_weights(), normalize_layers()),  # vanishing
    "lr-too-high": (clip_gradients(), normalize_layers()),  # exploding
    "dead-relu": (normalize_layers(), he_weights(), leaky_relu()),
    "batch-too-small": (
        other_optimizer("adamw"),
        *_RATES,
        plateau_rate(),
        accumulate(2),
        accumulate(4),
        set_momentum(0.9),
        he_weights(),
    ),  # oscillating
    "wrong-optimizer": (other_optimizer("adamw"), *_RATES, he_weights()),  # not converging
}
"""By the cause that `peer_rules/autotrainer.py` names for a problem."""


def _pool() -> list[Treatment]:
    """Every treatment in the process that undoes a cause, each once."""
    undone = (c.undo for c in all_causes() if c.undo is not None and c.undo.where == "process")
    return list(dict.fromkeys(undone))


POOL = _pool()
