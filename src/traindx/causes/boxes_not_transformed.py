"""Pictures are resized, cropped or flipped on the way to the network, and their boxes are not.

## How it shows
Boxes leave the picture, or fill only a corner of it, at the size that the network receives; of flips nothing leaves the picture,
and the edges that boxes should follow lie at their mirror image. Box losses stay high, and mAP near 0.

## How to tell it from its look-alikes
Boxes in pixels where shares are expected, or corners where centres are, fit the picture when they are read the other way
(`pixel-coordinates`, `wrong-box-format`). Faulty files show in the dataset: `traindx check DATA`.

## How to fix
Transform both in one call: `torchvision.transforms.v2` with `tv_tensors.BoundingBoxes`, or albumentations with `bbox_params`.
"""

from traindx.core.cause import Cause, Clue, Fix
from traindx.core.data_treatments import no_augmentation

BOXES_NOT_TRANSFORMED = Cause(
    slug="boxes-not-transformed",
    doc=__doc__,
    clues=(  # a guess until the benchmark sets it
        Clue("B130", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("B134", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("B150", if_seen=8.0, if_absent=-1.0, proves=True),
        Clue("D241", if_seen=9.0, proves=True),
        Clue("D246", if_seen=10.0, proves=True),
        Clue("D240", if_seen=1.0),
        Clue("B201", if_seen=9.0, if_absent=-4.0, proves=True),
        Clue("B202", if_seen=8.5, if_absent=-2.0, proves=True),
        Clue("B203", if_seen=3.0),
        Clue("B204", if_seen=5.0),
        Clue("D207", if_seen=-3.0),
        Clue("B131", if_seen=-4.0),
        Clue("B132", if_seen=-4.0),
        Clue("B152", if_seen=4.5),  # moved alone, boxes fit no better than another picture's
        Clue("B146", if_seen=0.5),  # boxes that are misread lie beside their objects
    ),
    fix=Fix(
        "Transform pictures and boxes in one call.",
        {
            "pytorch": "from torchvision import tv_tensors\nfrom torchvision.transforms import v2\n"
            "boxes = tv_tensors.BoundingBoxes(boxes, format='XYXY', canvas_size=(height, width))\n"
            "image, boxes = v2.Compose([v2.RandomHorizontalFlip(), v2.Resize((640, 640))])(image, boxes)",
        },
    ),
    proof="observed",
    undo=no_augmentation(moving=True),
)
