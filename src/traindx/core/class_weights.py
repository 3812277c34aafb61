"""What to do about classes of unequal size, in numbers: weights per class and the lines to write."""

from __future__ import annotations

import numpy as np

from traindx.core.dataset import Floats, Ints

BETA = 0.999
"""Of the effective number of samples; Cui et al. 2019 use 0.9 to 0.9999. With 0.999 classes beyond a thousand samples weigh
nearly the same."""

WRITTEN = 30
"""Classes up to which a list of weights is written out."""


def inverse_frequency(counts: Ints) -> Floats:
    """N / (C n) per class, 0 where a class has no sample: the mean over all samples is 1."""
    present = counts > 0
    weights = counts.sum() / (max(int(present.sum()), 1) * np.maximum(counts, 1))
    return np.where(present, weights, 0.0)


def effective_number(counts: Ints) -> Floats:
    """(1 - beta) / (1 - beta^n) per class, scaled to a mean of 1 over the classes (Cui et al. 2019, equations 3 and 6)."""
    present = counts > 0
    weights = np.where(present, (1 - BETA) / (1 - BETA ** np.maximum(counts, 1)), 0.0)
    return weights * max(int(present.sum()), 1) / max(float(weights.sum()), 1e-12)


def remedy(counts: Ints, *, classify: bool) -> str:
    """Lines to paste, with the numbers of these classes."""
    if classify:
        return (
            f"torch.nn.CrossEntropyLoss(weight=torch.tensor({_list(effective_number(counts))})); "
            f"or torch.utils.data.WeightedRandomSampler([{_list(inverse_frequency(counts))}[y] for y in labels], len(labels)); "
            "or a focal loss with gamma 2"
        )
    return (
        "YOLOv5: --image-weights, or fl_gamma: 1.5 in the hyperparameters; Ultralytics from 8.4 on: cls_pw=0.5; "
        f"own loss: BCEWithLogitsLoss(pos_weight=torch.tensor({_list(effective_number(counts))}))"
    )


def _list(weights: Floats) -> str:
    shown = ", ".join(f"{w:.3g}" for w in weights[:WRITTEN])
    return f"[{shown}{', ...' if len(weights) > WRITTEN else ''}]"
