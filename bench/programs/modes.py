"""Modes of layers and what normalisation layers remember."""

from programs.fault import Fault

FAULTS = (
    Fault(
        "train-mode-not-set-again",
        "left-in-eval-mode",
        ("one_cycle", "mixup", "losses_as_dict"),
        (("    model.train()\n", ""),),
        ("model.eval()",),
        onset=40,
    ),
    Fault(
        "train-mode-set-once",
        "left-in-eval-mode",
        ("resnet18_signs", "vit_timm"),
        (
            ("    model.train()\n", ""),
            ("for epoch in range(epochs):\n", "model.train()\nfor epoch in range(epochs):\n"),
        ),
        ("model.eval()",),
        onset=20,
    ),
    Fault(
        "eval-before-training",
        "left-in-eval-mode",
        ("bf16_autocast",),
        (("    model.train()\n", "    model.eval()\n"),),
        ("model.eval()",),
    ),
    Fault(
        "validated-in-train-mode",
        "left-in-train-mode",
        ("one_cycle", "mixup", "adam_mlp", "resnet18_signs", "vit_timm"),
        (("    model.eval()\n", ""),),
        ("argmax(1)", "model.train()", "torch.no_grad()"),
    ),
    Fault(
        "statistics-never-updated",
        "batchnorm-stats-stale",
        ("one_cycle", "bf16_autocast", "ema"),
        (
            (
                "optimizer = torch.optim",
                "for m in model.modules():\n    if isinstance(m, torch.nn.BatchNorm2d):\n"
                "        m.momentum = 0.0\noptimizer = torch.optim",
            ),
        ),
        (),
        source="T26",
    ),
    Fault(
        "batches-of-two",
        "batchnorm-small-batch",
        ("one_cycle", "mixup"),
        (("digit_loaders()", "digit_loaders(batch=2, count=160)"),),
        (),
        also=("batch-too-small",),
    ),
    Fault(
        "frozen-layers-drift",
        "frozen-batchnorm-drifts",
        ("frozen_backbone",),
        (("    model.features.eval()\n", ""),),
        (),
    ),
    Fault(
        "one-picture-left-over",
        "last-batch-of-one",
        ("monte_carlo_dropout",),
        (("digit_loaders(size=8)", "digit_loaders(size=8, count=1281)"),),
        (),
        onset=40,
    ),
)
