"""supervision: reads the set with its loaders, which raise at the first thing that they cannot take."""

from pathlib import Path

import supervision as sv
from line_server import Heard, serve


def ask(root: str, kind: str, data: str) -> tuple[list[Heard], int]:
    """Nothing is said of a set that loads; pictures without objects are counted."""
    empty = 0
    for split in ("train", "val"):
        if kind == "yolo":
            made = sv.DetectionDataset.from_yolo(f"{root}/images/{split}", f"{root}/labels/{split}", f"{root}/{data}")
        elif kind == "coco":
            made = sv.DetectionDataset.from_coco(f"{root}/images/{split}", f"{root}/annotations/instances_{split}.json")
        elif kind == "voc":
            made = sv.DetectionDataset.from_pascal_voc(f"{root}/JPEGImages", f"{root}/Annotations")
        elif Path(f"{root}/{split}").is_dir():
            sv.ClassificationDataset.from_folder_structure(f"{root}/{split}")
            continue
        else:
            continue
        empty += sum(len(made.annotations[path]) == 0 for path in made.image_paths)
    return [], empty


serve("supervision", ask)
