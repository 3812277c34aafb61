"""Augmentation left out: torchvision's and timm's random transforms hand on what they were given."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import torch

from traindx.recorder.treater import Change, Treater

CLASSIC, NEWER, TIMM = "torchvision.transforms.transforms", "torchvision.transforms.v2", "timm.data"
MOVING = (
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "RandomRotation",
    "RandomAffine",
    "RandomPerspective",
    "ElasticTransform",
)
"""Transforms that move pixels and keep the size."""
SIZED = ("RandomResizedCrop", "RandomCrop")
"""Transforms that choose a part and give it the size that the network needs: its middle is taken in their place."""
COLOURS = (
    "ColorJitter",
    "RandomGrayscale",
    "GaussianBlur",
    "RandomErasing",
    "RandomInvert",
    "RandomPosterize",
    "RandomSolarize",
    "RandomAdjustSharpness",
    "RandomAutocontrast",
    "RandomEqualize",
)
POLICIES = ("AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "RandomApply", "RandomChoice")
V2 = ("RandomPhotometricDistort", "RandomChannelPermutation", "GaussianNoise", "RandomZoomOut", "RandomIoUCrop")
V2_MODULES = tuple(f"{NEWER}._{name}" for name in ("geometry", "color", "augment", "auto_augment", "misc", "container"))


def _classic(names: tuple[str, ...], method: str) -> tuple[Change, ...]:
    old = [Change(CLASSIC, f"{n}.forward", method) for n in names]
    policies = [Change("torchvision.transforms.autoaugment", f"{n}.forward", method) for n in names if n in POLICIES]
    new = [Change(module, f"{n}.forward", method) for n in (*names, *V2) for module in V2_MODULES]
    return (*old, *policies, *new)


ULTRALYTICS_MOVING = (
    "degrees",
    "translate",
    "scale",
    "shear",
    "perspective",
    "flipud",
    "fliplr",
    "mosaic",
    "mixup",
    "cutmix",
)
ULTRALYTICS_OTHER = ("hsv_h", "hsv_s", "hsv_v", "bgr", "copy_paste", "erasing")


class NoAugmentation(Treater):
    """Random transforms are left out: those that move pixels alone (`moving`), or all. Random parts become the middle."""

    name = "no_augmentation"
    changes = (
        *_classic(MOVING, "geometry"),
        *_classic((*COLOURS, *POLICIES), "other"),
        *(Change(m, f"{n}.forward", "part") for n in SIZED for m in (CLASSIC, f"{NEWER}._geometry")),
        Change(f"{TIMM}.transforms", "RandomResizedCropAndInterpolation.__call__", "part"),
        Change(f"{TIMM}.auto_augment", "RandAugment.__call__", "other"),
        Change(f"{TIMM}.auto_augment", "AutoAugment.__call__", "other"),
        Change(f"{TIMM}.auto_augment", "AugMixAugment.__call__", "other"),
        Change(f"{TIMM}.random_erasing", "RandomErasing.__call__", "other"),
        Change("ultralytics.engine.model", "Model.train", "train"),
    )

    def train(self, original: Callable[..., Any], model: Any, trainer: Any = None, **settings: Any) -> Any:
        """Ultralytics is to train: its augmentation is settings."""
        off: dict[str, Any] = dict.fromkeys(ULTRALYTICS_MOVING, 0.0)
        if not self.given["moving"]:
            off |= {**dict.fromkeys(ULTRALYTICS_OTHER, 0.0), "auto_augment": None}
        return original(model, trainer, **{**settings, **off})

    def geometry(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """A transform that moves pixels."""
        return inputs[0] if len(inputs) == 1 else inputs

    def other(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """One that changes colours, or one of many."""
        if self.given.get("moving"):
            return original(transform, *inputs, **named)
        return inputs[0] if len(inputs) == 1 else inputs

    def part(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """A random part: the middle, by the shorter side scaled to the size; of pictures alone."""
        if len(inputs) != 1:
            return original(transform, *inputs, **named)
        functional, size = _functional(), transform.size
        height, width = (size, size) if isinstance(size, int) else (size[0], size[-1])
        if "Resized" in type(transform).__name__:
            return functional.center_crop(
                functional.resize(inputs[0], max(height, width), antialias=True), [height, width]
            )
        return functional.center_crop(inputs[0], [height, width])


class ScaleAugmentation(NoAugmentation):
    """Ultralytics' augmentation times a share; of random transforms of torchvision and timm, that share of the calls is made."""

    name = "scale_augmentation"
    _draws: tuple[int, random.Random] | None = None

    def train(self, original: Callable[..., Any], model: Any, trainer: Any = None, **settings: Any) -> Any:
        """Ultralytics is to train."""
        from ultralytics.cfg import DEFAULT_CFG_DICT

        asked = {**DEFAULT_CFG_DICT, **model.overrides, **settings}
        names = (*ULTRALYTICS_MOVING, *ULTRALYTICS_OTHER)
        scaled = {
            name: asked[name] * self.number("share") for name in names if isinstance(asked.get(name), (int, float))
        }
        return original(model, trainer, **{**settings, **scaled})

    def geometry(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """A transform that moves pixels."""
        return self._or(super().geometry, original, transform, *inputs, **named)

    def other(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """One that changes colours, or one of many."""
        return self._or(super().other, original, transform, *inputs, **named)

    def part(self, original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any) -> Any:
        """A random part."""
        return self._or(super().part, original, transform, *inputs, **named)

    def _or(
        self, without: Callable[..., Any], original: Callable[..., Any], transform: Any, *inputs: Any, **named: Any
    ) -> Any:
        """The transform itself, or nothing of it, by random numbers of its own: others in each worker, none of those of the run."""
        if self._draws is None or self._draws[0] != os.getpid():
            self._draws = (os.getpid(), random.Random(torch.initial_seed()))
        if self._draws[1].random() < self.number("share"):
            return original(transform, *inputs, **named)
        return without(original, transform, *inputs, **named)


def _functional() -> Any:
    from torchvision.transforms import functional

    return functional
