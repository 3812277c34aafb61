"""Ultralytics: its dataset check and its scan of train, val and test, as a training begins with them."""

import logging
import re
from pathlib import Path

from line_server import Heard, said, serve
from ultralytics.data.dataset import ClassificationDataset, YOLODataset
from ultralytics.data.utils import check_cls_dataset, check_det_dataset
from ultralytics.utils import LOGGER, SETTINGS

KINDS = (
    ("exceeds dataset class count", ("class-id-out-of-range", "one-based-class-ids", "class-map-mismatch")),
    ("negative label values", ("class-id-out-of-range", "degenerate-boxes", "box-outside-image")),
    ("non-integer class", ("class-id-out-of-range",)),
    (
        "out of bounds",
        ("box-outside-image", "pixel-coordinates", "wrong-box-format", "degenerate-boxes", "malformed-labels"),
    ),
    ("columns", ("malformed-labels",)),
    ("could not convert", ("malformed-labels", "class-id-out-of-range")),
    ("mix segment", ("malformed-labels",)),
    ("codec", ("malformed-labels",)),
    ("duplicate labels", ("duplicate-labels",)),
    ("image size", ("unexpected-image-mode", "corrupt-images")),
    ("No such file", ("missing-images", "corrupt-images")),
    ("No labels found", ("labels-not-found",)),
    ("Box and segment counts", ("malformed-labels",)),
    ("image", ("corrupt-images",)),
)


class Listener(logging.Handler):
    """Keeps what the framework logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().splitlines()


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Messages of a scan, each with the picture that it names; pictures without objects are counted."""
    SETTINGS["datasets_dir"] = str(Path(root).parent)
    listener = Listener()
    LOGGER.addHandler(listener)
    backgrounds = 0
    try:
        if kind == "imagefolder":
            found = check_cls_dataset(root)
            for split in ("train", "val", "test"):
                if found.get(split):
                    ClassificationDataset(found[split], _Arguments(), prefix=split)
        else:
            found = check_det_dataset(f"{root}/{data}", autodownload=False)
            for split in ("train", "val", "test"):
                if found.get(split):
                    made = YOLODataset(found[split], data=found, task="detect", augment=False, imgsz=320)
                    backgrounds += sum(not len(label["cls"]) for label in made.labels)
    finally:
        LOGGER.removeHandler(listener)
    return [heard for line in listener.lines if (heard := _heard(line)) is not None], backgrounds


class _Arguments:
    imgsz, fraction, scale, fliplr, flipud, cache, auto_augment = 64, 1.0, 0.5, 0.5, 0.0, False, None
    hsv_h = hsv_s = hsv_v = erasing = 0.0


def _heard(line: str) -> Heard | None:
    words = re.sub(r"\x1b\[[0-9;]*m", "", line)
    path = re.search(r"(/\S.*?\.(?:jpg|jpeg|png|bmp|webp|txt|gif))\b", words, re.I)
    if not path and not re.search(r"WARNING|ERROR|requires|missing", words):
        return None
    where = path.group(1) if path else ""
    rest = words.split(where)[-1] if where else words
    causes = next((causes for text, causes in KINDS if text in rest), ())
    return said(where, words.strip(), causes, "error" if "ignoring corrupt" in words else "warning")


serve("ultralytics", ask)
