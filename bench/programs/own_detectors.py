"""Detectors that people write themselves: grids, heat maps, single boxes, sets; their targets, overlaps and validation."""

from programs.fault import Fault

FLIPPED = "    for pictures, grids, _ in loader:\n"
FAULTS = (
    Fault(
        "rows-and-columns-exchanged",
        "wrong-box-format",
        ("grid_detector",),
        (
            (
                "column, row = int(x * CELLS), int(y * CELLS)",
                "row, column = int(x * CELLS), int(y * CELLS)",
            ),
            ("x * CELLS - column, y * CELLS - row", "x * CELLS - row, y * CELLS - column"),
        ),
        (),
        also=("boxes-not-transformed",),
    ),
    Fault(
        "heat-map-transposed",
        "wrong-box-format",
        ("fcos_free",),
        (
            ("((xs - cx) ** 2 + (ys - cy) ** 2)", "((ys - cx) ** 2 + (xs - cy) ** 2)"),
            ("size[:, cy, cx]", "size[:, cx, cy]"),
        ),
        (),
        also=("boxes-not-transformed",),
    ),
    Fault(
        "grids-left-behind",
        "boxes-not-transformed",
        ("grid_detector",),
        ((FLIPPED, f"{FLIPPED}        if torch.rand(1) < 0.5:\n            pictures = pictures.flip(3)\n"),),
        (),
    ),
    Fault(
        "heat-maps-left-behind",
        "boxes-not-transformed",
        ("fcos_free",),
        (("    return picture, heat,", "    return picture.flip(2) if torch.rand(1) < 0.5 else picture, heat,"),),
        (),
    ),
    Fault(
        "centres-left-behind",
        "boxes-not-transformed",
        ("centres_by_hand",),
        (("np.stack([SIZE - boxes[:, 2], boxes[:, 1], SIZE - boxes[:, 0], boxes[:, 3]], axis=1)", "boxes"),),
        (),
    ),
    Fault(
        "box-left-behind",
        "boxes-not-transformed",
        ("box_regressor",),
        (("            box = torch.stack([1 - box[2], box[1], 1 - box[0], box[3]])\n", ""),),
        (),
    ),
    Fault(
        "boxes-sorted-otherwise",
        "shuffled-labels",
        ("box_regressor",),
        (
            (
                "        self.mirror = mirror\n",
                "        self.mirror = mirror\n        self.boxes.sort(key=sum)\n",
            ),
        ),
        (),
    ),
    Fault(
        "overlap-of-centres",
        "wrong-box-format",
        ("set_prediction",),
        (
            (
                "2 * generalized_box_iou(corners(boxes), corners(wanted))",
                "2 * generalized_box_iou(boxes, wanted).nan_to_num()",
            ),
            (
                "generalized_box_iou(corners(boxes[n, query]), corners(own[which]))",
                "generalized_box_iou(boxes[n, query], own[which]).nan_to_num()",
            ),
        ),
        ("generalized_box_iou(",),
    ),
    Fault(
        "suppression-of-centres",
        "evaluator-mismatch",
        ("grid_detector",),
        (('        boxes = box_convert(boxes[sure], "cxcywh", "xyxy")\n', "        boxes = boxes[sure]\n"),),
        ("nms(", "box_iou("),
        also=("wrong-box-format",),
    ),
    Fault(
        "corner-taken-for-centre",
        "wrong-box-format",
        ("grid_detector",),
        (('"xyxy", "cxcywh")', '"xyxy", "xywh")'),),
        (),
        also=("evaluator-mismatch",),
    ),
    Fault(
        "judged-as-corners",
        "evaluator-mismatch",
        ("box_regressor",),
        (
            ("box = self.pictures[index], self.boxes[index] / SIZE", "box = self.pictures[index], self.centred(index)"),
            (
                "            box = torch.stack([1 - box[2], box[1], 1 - box[0], box[3]])\n",
                "            box[0] = 1 - box[0]\n",
            ),
            (
                "    def __len__(self):",
                "    def centred(self, index):\n        x1, y1, x2, y2 = self.boxes[index] / SIZE\n"
                "        return torch.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])\n\n    def __len__(self):",
            ),
        ),
        ("box_iou(",),
        also=("wrong-box-format",),
    ),
    Fault(
        "anchors-beyond-the-picture",
        "anchor-mismatch",
        ("retinanet",),
        (("((20, 28, 38),)", "((160, 240, 360),)"),),
        (),
    ),
)
