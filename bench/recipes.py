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
_BATCHNORM = frozenset({"one_cycle", "cnn_batchnorm_adamw", "bf16_autocast", "accumulation", "resnet18_signs", "unet"})
_BATCHNORM |= {"fcos_free", "faster_rcnn", "lightning_fit", "yolo_bccd"}
_CLASSIFIERS = frozenset(RECIPES) - _DETECTORS - {"unet"}


def _all_but(*scripts: str) -> frozenset[str]:
    return frozenset(RECIPES) - set(scripts)


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
    "saturating-activations": _NORMALISED,
    "batchnorm-stats-stale": _all_but(*_BATCHNORM),
    "batchnorm-small-batch": _all_but(*_BATCHNORM),
    "batch-too-small": _BATCHNORM,  # there it is the fault of the statistics
    "dropout-too-high": _all_but("step_lr_groupnorm", "vit_timm", "hf_trainer"),  # no dropout in the others
    # nothing in them differs between the modes, or they are not validated
    "left-in-train-mode": _all_but(
        "one_cycle", "bf16_autocast", "resnet18_signs", "step_lr_groupnorm", "lightning_fit"
    ),
    "channels-swapped": _all_but("resnet18_signs"),  # the others are grey, or scale and order their pictures themselves
    "not-shuffled": _all_but(*_CLASSIFIERS),
    "wrong-loss": _all_but(*_CLASSIFIERS),  # it smooths the labels of a cross entropy
    "weight-decay-on-norm": _all_but("hf_trainer", "yolo_bccd"),  # the others have one group, with decay or without
    "wrong-normalization": frozenset({"yolo_bccd"}),
    "unscaled-inputs": frozenset(
        {"yolo_bccd"}
    ),  # it scales each batch itself, after the place where the treatment acts
}
"""Causes that cannot act on a script."""


def acts_on(cause: str, script: str) -> bool:
    """Whether a cause can act on a script at all."""
    return script not in IMMUNE.get(cause, frozenset())
