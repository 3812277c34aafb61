"""The scripts into which causes are induced, and which of all scripts are never fitted on."""

from __future__ import annotations

RECIPES = (
    "cnn_sgd",  # no normalisation, constant rate
    "cosine_warm_up",  # AdamW, warm-up and cosine set by hand
    "one_cycle",  # batch normalisation, SGD, OneCycleLR
    "cnn_batchnorm_adamw",
    "bf16_autocast",
    "accumulation",
    "resnet18_signs",  # photographs, SGD, cosine each epoch
    "vit_timm",  # AdamW, warm-up, clipping
    "unet",  # segmentation with pixels ignored
    "retinanet",  # anchors
    "fcos_free",  # no anchors
    "step_lr_groupnorm",
    "faster_rcnn",
    "lightning_fit",
    "hf_trainer",
    "yolo_bccd",
)
HELD_OUT = frozenset(
    {"step_lr_groupnorm", "faster_rcnn", "lightning_fit", "hf_trainer", "yolo_bccd", "regression", "workers"}
)
"""No weight is fitted on a run of these."""

_DETECTORS = frozenset({"retinanet", "fcos_free", "faster_rcnn", "yolo_bccd"})
_NORMALISED = frozenset(
    {"one_cycle", "cnn_batchnorm_adamw", "bf16_autocast", "accumulation", "resnet18_signs", "unet"}
    | {"fcos_free", "step_lr_groupnorm", "faster_rcnn", "retinanet", "lightning_fit", "yolo_bccd"}
)
IMMUNE: dict[str, frozenset[str]] = {
    # no layer of theirs behaves differently in evaluation mode, or they return no loss in it
    "left-in-eval-mode": frozenset({"cnn_sgd", "cosine_warm_up", "vit_timm", "hf_trainer", *_DETECTORS}),
    "dead-relu": frozenset({"vit_timm", "hf_trainer", "yolo_bccd", "fcos_free"}),  # no ReLU in them
    "softmax-before-cross-entropy": frozenset(
        {*_DETECTORS, "step_lr_groupnorm"}
    ),  # they call no cross entropy of scores
    # normalisation behind a layer makes the scale of its weights harmless
    "init-too-large": _NORMALISED,
    "init-too-small": _NORMALISED,
    "unscaled-inputs": frozenset(
        {"yolo_bccd"}
    ),  # it scales each batch itself, after the place where the treatment acts
}
"""Causes that cannot act on a script."""


def acts_on(cause: str, script: str) -> bool:
    """Whether a cause can act on a script at all."""
    return script not in IMMUNE.get(cause, frozenset())
