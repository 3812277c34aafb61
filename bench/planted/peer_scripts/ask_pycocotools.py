"""pycocotools: loads and indexes each annotation file, and asks for every annotation's mask."""

from pathlib import Path

from line_server import Heard, serve
from pycocotools.coco import COCO


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Nothing is said of a file that loads."""
    for file in sorted(Path(root).rglob("*.json")):
        made = COCO(str(file))
        for annotation in made.loadAnns(made.getAnnIds()):
            if annotation.get("segmentation"):
                made.annToMask(annotation)
    return [], 0


serve("pycocotools", ask)
