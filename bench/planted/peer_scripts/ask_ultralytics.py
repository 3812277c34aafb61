"""Ultralytics: its dataset check and its scan of train, val and test, as a training begins with them."""

import logging
import os
import re
import tempfile

from line_server import Heard, said, serve

# importing Ultralytics writes a settings file, and its scan may install packages: not where the benchmark runs
_SETTINGS = tempfile.TemporaryDirectory(prefix="planted-settings-")
os.environ |= {"YOLO_CONFIG_DIR": _SETTINGS.name, "YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}

from ultralytics.cfg import get_cfg  # noqa: E402
from ultralytics.data.dataset import ClassificationDataset, YOLODataset  # noqa: E402
from ultralytics.data.utils import check_cls_dataset, check_det_dataset  # noqa: E402
from ultralytics.utils import LOGGER  # noqa: E402

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
    os.chdir(root)  # `path: .` is relative to the working directory
    listener = Listener()
    LOGGER.addHandler(listener)
    backgrounds = 0
    try:
        if kind == "imagefolder":
            found = check_cls_dataset(root)
            for split in ("train", "val", "test"):
                if found.get(split):
                    ClassificationDataset(found[split], get_cfg(), prefix=split)
        else:
            found = check_det_dataset(f"{root}/{data}", autodownload=False)
            for split in ("train", "val", "test"):
                if found.get(split):
                    made = YOLODataset(found[split], data=found, task="detect", augment=False, imgsz=320)
                    backgrounds += sum(not len(label["cls"]) for label in made.labels)
    finally:
        LOGGER.removeHandler(listener)
    return [heard for line in listener.lines if (heard := _heard(line)) is not None], backgrounds


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
