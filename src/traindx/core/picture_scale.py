"""How pictures were scaled before they entered the network, guessed from their values, and the way back to 0..255."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMALISATIONS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "ImageNet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "CLIP": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "CIFAR-10": ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "CIFAR-10, narrow": ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
    "CIFAR-100": ((0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)),
    "MNIST": ((0.1307,), (0.3081,)),
}
"""Means and deviations of pictures in 0..1: torchvision.models and timm.data.constants (ImageNet), open_clip.constants (CLIP),
the usual ones of CIFAR-10 (computed over pixels; and over pictures, which are narrower), CIFAR-100 and MNIST examples."""

SLACK = 2e-3
INSIDE = 0.999
"""A normalisation fits where so many values lie in 0..1 when it is undone, give or take the slack. A guess."""
NEAR = 0.05
WHOLE = 0.9
"""It is taken for proved where so many values are then within 0.05 of whole 255ths: what was decoded from a file and neither
resized nor mixed after that has only these. By chance a tenth would be. A guess."""


@dataclass(frozen=True)
class Scale:
    """`pictures * std + mean` lies in 0..1. `name` says which scale it is and `because` why; `stretched` if none fits."""

    name: str
    because: str
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)


def guess_scale(pictures: Sequence[NDArray[np.float32]], *, averaged: bool) -> Scale:
    """The scale of pictures [C, H, W]. `averaged`: pixels were averaged, so that whole 255ths are not to be expected."""
    values = np.concatenate([p.reshape(len(p), -1)[:, :20000] for p in pictures], axis=1).astype(np.float64)
    finite = values[:, np.isfinite(values).all(axis=0)]
    if not finite.size:
        return Scale("stretched", "no value is finite")
    low, high = float(finite.min()), float(finite.max())
    said = f"values {low:.4g} to {high:.4g}"
    if low >= 0:
        if high <= 1.01 / 255:
            return Scale("0..1/255", f"{said}: divided by 255 twice", std=(255.0,))
        if high <= 1 + SLACK:
            return Scale("0..1", said)
        if high <= 255:
            return Scale("0..255", said, std=(1 / 255,))
    fitting = _fitting(finite, averaged=averaged)
    if fitting is not None:
        name, inside, whole, mean, std = fitting
        more = f", {whole:.0%} of them on whole 255ths" if not averaged and whole >= WHOLE else ""
        return Scale(name, f"{said}; undone, {inside:.1%} lie in 0..1{more}", mean, std)
    low, high = (float(v) for v in np.percentile(finite, (0.5, 99.5)))
    width = max(high - low, 1e-12)
    return Scale("stretched", f"{said}: no usual scale fits", (-low / width,), (1 / width,))


def as_bytes(picture: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    """A picture [C, H, W] as [H, W, 1 or 3] in 0..255: of four channels and more the first three, of two the first."""
    channels = 3 if len(picture) >= 3 else 1
    mean, std = (np.resize(v, len(picture))[:channels, None, None] for v in (scale.mean, scale.std))
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.nan_to_num(picture[:channels].astype(np.float64) * std + mean, nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.rint(values.clip(0, 1) * 255).transpose(1, 2, 0), dtype=np.uint8)


_Fit = tuple[str, float, float, tuple[float, ...], tuple[float, ...]]


def _fitting(values: Floats, *, averaged: bool) -> _Fit | None:
    """The normalisation that leaves values in 0..1 when undone: one that gives whole 255ths, else the first that fits."""
    candidates = {"-1..1": ((0.5,), (0.5,)), **NORMALISATIONS}
    fits: list[_Fit] = []
    for name, (mean, std) in candidates.items():
        if len(mean) not in (1, len(values)) or (name == "MNIST" and len(values) != 1):
            continue
        undone = values * np.resize(std, len(values))[:, None] + np.resize(mean, len(values))[:, None]
        inside = float(((undone >= -SLACK) & (undone <= 1 + SLACK)).mean())
        levels = undone * 255
        whole = float((np.abs(levels - np.rint(levels)) < NEAR).mean())
        if inside >= INSIDE:
            fits.append((name, inside, whole, mean, std))
    best = max(fits, key=lambda fit: fit[2], default=None)
    return best if best is not None and best[2] >= WHOLE and not averaged else next(iter(fits), None)
