"""D519: in one split the classes say nothing about what is seen, in another they do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from traindx.core.check import Facts, NotEnough, check
from traindx.core.crops import Crops, crops_of
from traindx.core.dataset import Dataset
from traindx.core.finding import Finding, Measured, Place
from traindx.core.look_agreement import look_agreements
from traindx.core.small_dataset import dataset_of


@check("D519", level="error", preview=True)
def classes_of_split_unlike_looks(
    dataset: Dataset,
    crops: Crops,
    *,
    least: float = 0.15,
    rest: float = 0.1,
    sure: float = 6.0,
    fewest: int = 60,
    rarer: int = 60,
) -> Iterator[Finding | Measured]:
    """Labels of one split agree with the looks of its objects no better than chance, and those of another split do.

    Every object is judged by the looks of all others of its split (D502). Agreement is Cohen's kappa. Named where that of one
    split is `least`, by `sure` standard errors, and that of another is under `rest` of it and within three standard errors of
    none (guesses), where the former still agrees so when as few of its objects are looked at, where the two are three standard
    errors apart, and `rarer` objects of the latter are not of its commonest class: who sees hardly another class calls all of
    them that. Pictures of CIFAR-10 agree by 0.40 in train and 0.44 in val, and by -0.01 with labels of train shuffled.

    ## Why is this bad?
    The labels of this split belong to other pictures. In train nothing can be learned from them, in val every network scores
    as if it guessed.

    ## How to fix
    Look at twenty pictures of this split with their labels. Most often pictures and labels were read in different orders, or
    one of the two was shuffled.
    """
    seen = list(look_agreements(dataset, crops, fewest))
    if len(seen) < 2:
        raise NotEnough("fewer than two splits with enough objects of two classes")
    best = max(seen, key=lambda a: a.errors if a.beyond_chance >= least else 0.0)
    for agreement in seen:
        number = Measured(f"agreement of labels and looks in {agreement.split}", agreement.beyond_chance, "", "(kappa)")
        yield number
        if best.beyond_chance < least or best.errors < sure or agreement.beyond_chance >= rest * best.beyond_chance:
            continue
        few = look_agreements(dataset, crops, fewest, min(agreement.count, best.count))
        fair = next((a for a in few if a.split == best.split), agreement)
        apart = fair.beyond_chance - agreement.beyond_chance > 3 * np.hypot(fair.spread, agreement.spread)
        if (
            fair.beyond_chance >= least
            and fair.errors >= sure
            and agreement.errors < 3
            and apart
            and agreement.rarer >= rarer
        ):
            text = (
                f"labels of {agreement.split} agree with looks in {agreement.value:.0%} of {agreement.count:,} objects, chance "
                f"gives {agreement.chance:.0%}; those of {best.split} in {fair.value:.0%}: they belong to other pictures"
            )
            yield Finding(Place(setting=agreement.split), text, (number,))


def _splits(*, shuffled: bool, rare: int = 2) -> Facts:
    """150 objects of two classes in each split, in two clouds; those of train with labels dealt at random, or one in `rare`."""
    draw = np.random.default_rng(0)
    kind = np.arange(300) % 2
    kind[:150] = np.arange(150) % rare == 0
    features = kind[:, None] + draw.normal(0, 0.3, (300, 6))
    labels = np.where(np.arange(300) < 150, draw.permutation(kind), kind) if shuffled else kind
    images = [
        {"path": f"{n}.jpg", "class_id": int(c), "split": "train" if n < 150 else "val"} for n, c in enumerate(labels)
    ]
    return {"dataset": dataset_of(images, task="classify"), "crops": crops_of(labels, features)}


@classes_of_split_unlike_looks.fires_on
def labels_of_train_shuffled() -> Facts:
    return _splits(shuffled=True)


@classes_of_split_unlike_looks.quiet_on
def labels_as_they_look() -> Facts:
    return _splits(shuffled=False)


@classes_of_split_unlike_looks.quiet_on
def hardly_another_class_in_train() -> Facts:
    return _splits(shuffled=True, rare=10)
