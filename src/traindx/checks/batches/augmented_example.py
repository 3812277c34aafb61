"""Facts for the examples of checks of augmentation: sixteen pictures with two boxes each, run through a pipeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from traindx.core.augmentation import Augmentation, Followed, Sample, Step
from traindx.core.check import Facts

FLIPPED = Followed((0.1, 0.1, 0.3, 0.4), (156.8, 22.4, 201.6, 89.6), (157.0, 22.0, 202.0, 90.0), 0.97, 0.0, 0.0, 1, 1)
BESIDE = replace(FLIPPED, given=(22.4, 22.4, 67.2, 89.6), overlap=0.0, stayed=1.0, label=None)
ELSEWHERE = replace(FLIPPED, given=(22.4, 150.0, 67.2, 200.0), overlap=0.0, stayed=0.0, label=None)
GONE = Followed((0.1, 0.1, 0.3, 0.4))
SCALE = Step("Normalize", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def sample(*followed: Followed, number: int = 0, **more: Any) -> Sample:
    """One picture, normalised, with these boxes."""
    held = followed or (FLIPPED, FLIPPED)
    shade = 0.1 * (number % 5)
    plain: dict[str, Any] = {
        "low": -2.1, "high": 2.6, "mean": (shade, 0.0, 0.3 - shade), "std": (1.0, 1.0, 1.0),
        "source": (0.4 + shade / 5, 0.45, 0.5 - shade / 5), "boxes_in": len(held),
        "boxes": tuple(f.given for f in held if f.given), "labels": sum(f.given is not None for f in held),
    }  # fmt: skip
    size = more.pop("size", (224, 224))
    return Sample(f"{number}.jpg", size, 3, "float32", **{**plain, **more}, followed=held)


def augmented(*samples: Sample, **more: Any) -> Facts:
    """The fact; sixteen healthy samples where none are given."""
    held = samples or tuple(sample(number=n) for n in range(16))
    plain: dict[str, Any] = {"steps": (Step("RandomHorizontalFlip"), SCALE), "box_format": "corners in pixels"}
    return {
        "augmentation": Augmentation(
            "train.py:transform", "torchvision", held, path="train.py", line=12, **{**plain, **more}
        )
    }


def validated(*samples: Sample, **more: Any) -> Facts:
    """Healthy training, and these samples of validation."""
    held = samples or tuple(sample(number=n) for n in range(16))
    inner = Augmentation(
        "train.py:plain", "torchvision", held, (SCALE,), path="train.py", line=20, **{"repeats": True, **more}
    )
    return {"augmentation": replace(augmented()["augmentation"], validation=inner)}
