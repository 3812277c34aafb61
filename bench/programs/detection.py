"""Detectors: boxes, classes, settings."""

from programs.fault import Fault

GIVEN = "[dict(t) for t in targets]"

FAULTS = (
    Fault(
        "corners-swapped",
        "degenerate-boxes",
        ("faster_rcnn",),
        ((GIVEN, '[{**t, "boxes": t["boxes"][:, [2, 1, 0, 3]]} for t in targets]'),),
        (),
        also=("wrong-box-format",),
        source="V1",
    ),
    Fault(
        "pictures-flipped-alone",
        "boxes-not-transformed",
        ("faster_rcnn",),
        (("model(list(images)", "model([image.flip(2) for image in images]"),),
        (),
    ),
    Fault(
        "boxes-of-centres",
        "wrong-box-format",
        ("retinanet",),
        (
            (
                "    for images, targets in loader:\n",
                "    for images, targets in loader:\n        for t in targets:\n"
                '            b = t["boxes"]\n            low, high = b[:, :2], b[:, 2:]\n'
                '            t["boxes"] = torch.cat([(low + high) / 2, high - low], 1)\n',
            ),
        ),
        (),
        also=("degenerate-boxes",),
    ),
    Fault(
        "a-class-too-few",
        "head-class-mismatch",
        ("faster_rcnn", "ssdlite"),
        (("num_classes=3", "num_classes=2"),),
        ("num_classes=2", "model("),
        also=("class-id-out-of-range", "one-based-class-ids"),
        source="V4",
    ),
    Fault(
        "boxes-all-empty",
        "labels-not-found",
        ("faster_rcnn",),
        ((GIVEN, '[{"boxes": t["boxes"][:0], "labels": t["labels"][:0]} for t in targets]'),),
        (),
        also=("too-many-backgrounds",),
        source="V6",
    ),
    Fault(
        "rate-that-auto-ignores",
        "settings-ignored",
        ("yolo_bccd",),
        (("epochs=16", "epochs=16, lr0=0.5"),),
        (),
    ),
    Fault(
        "yolo-at-1",
        "lr-too-high",
        ("yolo_bccd",),
        (("epochs=16", 'epochs=16, optimizer="SGD", lr0=1.0'),),
        (),
    ),
)
