"""Recipes that were published with the models of torchvision and timm, as figures: what a training from scratch was asked for.

torchvision: `references/classification/README.md` and `references/detection/README.md` of pytorch/vision, with the defaults
of their `train.py`, eight devices unless said otherwise; the second one of resnet50 is that of "How to Train State-Of-The-Art
Models Using TorchVision's Latest Primitives" (pytorch.org/blog, 2021). timm: its documentation, "Training Examples"
(huggingface.co/docs/timm/training_script); ViT and DeiT after table 9 of Touvron et al. 2021 (arXiv 2012.12877).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Library = Literal["torchvision", "timm"]


@dataclass(frozen=True)
class Recipe:
    """`models` is a pattern of whole names; `pictures` those of a step on all devices together; `asked` are settings by meaning."""

    library: Library
    models: str
    pictures: int
    asked: Mapping[str, Any]


def _with(base: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return MappingProxyType({**base, **more})


PLAIN = {"optimizer": "sgd", "rate": 0.1, "decay": 1e-4, "epochs": 90, "warmup": 0, "smoothing": 0.0, "mixup": 0.0}
"""Defaults of torchvision's classification script, for 8 x 32 pictures a step."""
NEWER = {
    "optimizer": "sgd", "rate": 0.5, "decay": 2e-5, "norm_decay": 0.0, "epochs": 600, "warmup": 5, "smoothing": 0.1, "mixup": 0.2,
    "cutmix": 1.0, "ema": True, "erase": 0.1,
}  # fmt: skip
ADAMW = {
    "optimizer": "adamw",
    "rate": 1e-3,
    "decay": 0.05,
    "norm_decay": 0.0,
    "smoothing": 0.1,
    "cutmix": 1.0,
    "ema": True,
}
VIT = {
    "optimizer": "adamw",
    "rate": 3e-3,
    "decay": 0.3,
    "epochs": 300,
    "warmup": 30,
    "smoothing": 0.11,
    "mixup": 0.2,
    "ema": True,
}
REGNET = {"optimizer": "sgd", "decay": 5e-5, "epochs": 100, "warmup": 5}
DETECTOR = {"optimizer": "sgd", "rate": 0.02, "decay": 1e-4, "epochs": 26}
SINGLE = {"optimizer": "sgd", "rate": 2e-3, "decay": 5e-4, "epochs": 120}
RMSPROP = {"optimizer": "rmsproptf", "decay": 1e-5, "epochs": 450, "ema": True}
COSINE = {"optimizer": "sgd", "decay": 1e-4, "warmup": 5}
DEIT = {
    "optimizer": "adamw",
    "rate": 1e-3,
    "decay": 0.05,
    "epochs": 300,
    "warmup": 5,
    "smoothing": 0.1,
    "mixup": 0.8,
    "cutmix": 1.0,
}

RECIPES: tuple[Recipe, ...] = (
    Recipe("torchvision", r"resnet(18|34|50|101|152)|vgg\d+_bn", 256, PLAIN),
    Recipe("torchvision", r"alexnet|vgg(11|13|16|19)", 256, _with(PLAIN, rate=0.01)),
    Recipe("torchvision", r"resnext(50_32x4d|101_32x8d)", 256, _with(PLAIN, epochs=100)),
    Recipe("torchvision", "mobilenet_v2", 256, _with(PLAIN, rate=0.045, decay=4e-5, epochs=300)),
    Recipe(
        "torchvision",
        r"mobilenet_v3_(large|small)",
        1024,
        {"optimizer": "rmsprop", "rate": 0.064, "decay": 1e-5, "epochs": 600, "erase": 0.2},
    ),
    Recipe("torchvision", r"resnet50|efficientnet_v2_[sm]|shufflenet_v2_x(1_5|2_0)|vit_l_16", 1024, NEWER),
    Recipe("torchvision", r"regnet_[xy]_(400mf|800mf|1_6gf)", 1024, _with(REGNET, rate=0.8)),
    Recipe("torchvision", r"regnet_x_(3_2gf|8gf|16gf)|regnet_y_(3_2gf|8gf)", 512, _with(REGNET, rate=0.4)),
    Recipe("torchvision", r"regnet_x_32gf|regnet_y_(16gf|32gf)", 256, _with(REGNET, rate=0.2)),
    Recipe("torchvision", r"vit_b_16|vit_b_32|vit_l_32", 4096, VIT),
    Recipe("torchvision", r"convnext_\w+", 1024, _with(ADAMW, epochs=600, warmup=5, mixup=0.2, erase=0.1)),
    Recipe(
        "torchvision", r"swin_(v2_)?[tsb]", 1024, _with(ADAMW, epochs=300, warmup=20, mixup=0.8, erase=0.25, clip=5.0)
    ),
    Recipe("torchvision", r"(faster|mask)rcnn_\w+", 16, DETECTOR),
    Recipe("torchvision", r"retinanet_\w+|fcos_\w+", 16, _with(DETECTOR, rate=0.01)),
    Recipe("torchvision", r"keypointrcnn_\w+", 16, _with(DETECTOR, epochs=46)),
    Recipe("torchvision", "ssd300_vgg16", 32, SINGLE),
    Recipe(
        "torchvision",
        "ssdlite320_mobilenet_v3_large",
        192,
        {"optimizer": "sgd", "rate": 0.15, "decay": 4e-5, "epochs": 660},
    ),
    Recipe("timm", r"efficientnet_b[23]|mixnet_xl", 256, _with(RMSPROP, rate=0.016)),
    Recipe("timm", "efficientnet_b0", 768, _with(RMSPROP, rate=0.048)),
    Recipe("timm", "efficientnet_es", 1024, _with(RMSPROP, rate=0.064, ema=False)),
    Recipe("timm", "mobilenetv3_large_100", 1024, _with(RMSPROP, rate=0.064, epochs=600)),
    Recipe("timm", r"seresnext26[dt]_32x4d", 224, _with(COSINE, rate=0.1, epochs=160, erase=0.4)),
    Recipe("timm", "seresnet34", 1024, _with(COSINE, rate=0.4, epochs=150, erase=0.5)),
    Recipe("timm", "resnet50", 128, _with(COSINE, rate=0.05, epochs=200, erase=0.6)),
    Recipe("timm", r"(se|sk)?resnext50_32x4d", 1536, _with(COSINE, rate=0.6, epochs=240, erase=0.4)),
    Recipe("timm", r"(deit|vit)_(tiny|small|base)(_distilled)?_patch16_224", 1024, DEIT),
)


def rate_of_adam(model: str) -> float | None:
    """The highest rate at which a recipe trains this model with AdamW; None where none does."""
    name = model.partition(".")[0]
    rates = [r.asked["rate"] for r in RECIPES if r.asked["optimizer"] == "adamw" and re.fullmatch(r.models, name)]
    return max(rates, default=None)


def recipes_of(library: Library, model: str) -> Iterator[Recipe]:
    """The recipes of a model, by its name without what timm writes behind a dot."""
    name = model.partition(".")[0]
    yield from (recipe for recipe in RECIPES if recipe.library == library and re.fullmatch(recipe.models, name))
