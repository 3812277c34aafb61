"""Mistakes that public training programs had, each under the commit or issue that mended or reported it.

The programs here are this project's own; what the public ones themselves gave stands in docs/public-bugs.md.
"""

from programs.fault import Fault

GIVEN = "[dict(t) for t in targets]"
LOADED = "    for images, targets in loader:\n"
SCHEDULED = "    scheduler.step()\n"

FAULTS = (
    Fault(
        "dropout-not-told-the-mode",
        "left-in-train-mode",
        ("step_lr_groupnorm",),
        (("self.dropout(x).flatten(1)", "F.dropout(x).flatten(1)"),),
        ("F.dropout(x)",),
        source="pytorch/examples commit c053f31",
    ),
    Fault(
        "optimizer-of-an-earlier-network",
        "optimizer-missing-parameters",
        ("cnn_sgd",),
        (("for epoch in range(", "model = plain_cnn()\nfor epoch in range("),),
        (),
        also=("missing-optimizer-step",),
        source="spro/practical-pytorch issue 9",
    ),
    Fault(
        "remainder-taken-for-a-multiple",
        "missing-optimizer-step",
        ("accumulation",),
        (
            ("accumulate = 4", "accumulate = 1"),
            ("if (i + 1) % accumulate == 0 or i + 1 == len(train_loader):", "if (i + 1) % accumulate:"),
        ),
        ("loss.backward()", "optimizer.step()"),
        source="eriklindernoren/PyTorch-YOLOv3 commit 65486c4",
    ),
    Fault(
        "rate-of-nothing",
        "lr-too-low",
        ("cnn_sgd",),
        (("lr=0.02", "lr=0.0"),),
        ("torch.optim.SGD",),
        also=("missing-optimizer-step",),
        source="eriklindernoren/PyTorch-YOLOv3 commit ec27890",
    ),
    Fault(
        "scheduler-before-the-epoch",
        "schedule-misapplied",
        ("step_lr_groupnorm",),
        ((SCHEDULED, ""), ("    model.train()\n", "    scheduler.step()\n    model.train()\n")),
        ("scheduler.step()", "StepLR("),
        source="qfgaohao/pytorch-ssd train_ssd.py",
    ),
    Fault(
        "corners-made-twice",
        "wrong-box-format",
        ("faster_rcnn", "retinanet"),
        (
            (
                LOADED,
                LOADED + '        targets = [{**t, "boxes": t["boxes"] + t["boxes"][:, [0, 1, 0, 1]] * '
                "torch.tensor([0.0, 0.0, 1.0, 1.0])} for t in targets]\n",
            ),
        ),
        (),
        also=("box-outside-image", "pixel-coordinates"),
        source="yhenon/pytorch-retinanet commit 1e2a9ce",
    ),
    Fault(
        "half-of-the-pictures-flipped-alone",
        "boxes-not-transformed",
        ("faster_rcnn",),
        (
            (
                LOADED,
                LOADED + "        images = [image.flip(2) if torch.rand(1) < 0.5 else image for image in images]\n",
            ),
        ),
        (),
        source="kuangliu/pytorch-ssd commit 5614e9a",
    ),
    Fault(
        "first-class-as-background",
        "class-map-mismatch",
        ("faster_rcnn",),
        (
            (GIVEN, '[{**t, "labels": t["labels"] - 1} for t in targets]'),
            ("num_classes=3", "num_classes=2"),
        ),
        (),
        also=("class-id-out-of-range", "head-class-mismatch"),
        source="pytorch/vision issue 1952",
    ),
    Fault(
        "positions-that-are-no-leaf",
        "optimizer-missing-parameters",
        ("vit_timm",),
        (
            (
                "optimizer = torch.optim",
                "kept = model.pos_embed\ndel model.pos_embed\nmodel.pos_embed = kept * 1.0\noptimizer = torch.optim",
            ),
        ),
        (),
        also=("broken-graph", "frozen-parameters"),
        source="pytorch/examples commit de85c09",
    ),
    Fault(
        "pictures-of-255-with-means-of-1",
        "unscaled-inputs",
        ("resnet18_signs",),
        (("    for x, y in train_loader:\n", "    for x, y in train_loader:\n        x = (x * 255 - 0.45) / 0.225\n"),),
        (),
        also=("wrong-normalization", "train-val-transform-mismatch"),
        source="toandaominh1997/EfficientDet.Pytorch issue 137",
    ),
    Fault(
        "last-class-is-no-object",
        "class-id-out-of-range",
        ("set_prediction",),
        (('labels[:count] = target["labels"] - 1', 'labels[:count] = target["labels"]'),),
        ('target["labels"]', "F.cross_entropy("),
        also=("one-based-class-ids", "class-map-mismatch"),
        source="facebookresearch/detr issue 108",
    ),
)
