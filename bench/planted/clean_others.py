"""COCO, VOC and class-folder sets with nothing wrong and something odd."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bench.planted.layouts import coco, folders, splits_of, voc, voc_object, voc_xml, write
from bench.planted.scene import NAMES, encoded
from bench.planted.truth import Clean, Format, Source
from PIL import ImageOps


def _coco(root: Path, source: Source) -> None:
    coco(root, splits_of(source)).save()


def _coco_odd(root: Path, source: Source) -> None:
    """Crowd annotations as run lengths, images without annotations, gaps in the category ids, extra keys."""
    made = coco(root, splits_of(source))
    for document in made.documents.values():
        for category in document["categories"]:
            category["id"] = category["id"] * 3 - 2
        for a in document["annotations"]:
            a["category_id"] = a["category_id"] * 3 - 2
            a["attributes"] = {"occluded": False}
        bare = {image["id"] for image in document["images"][::12]}
        document["annotations"] = [a for a in document["annotations"] if a["image_id"] not in bare]
        last = document["annotations"][-1]
        whole = {"size": [240, 320], "counts": [20_000, 4_000, 320 * 240 - 24_000]}
        last |= {"iscrowd": 1, "segmentation": whole, "bbox": [83, 0, 17, 240], "area": 4_000}
    made.save()


def _coco_zero(root: Path, source: Source) -> None:
    """Category ids from 0, no segmentation, no area, no info; written without line feeds."""
    made = coco(root, splits_of(source), first=0)
    for split, document in made.documents.items():
        for a in document["annotations"]:
            del a["segmentation"], a["area"]
        del document["info"], document["licenses"]
        write(root / made.json_path(split), json.dumps(document))


def _coco_folders(root: Path, source: Source) -> None:
    """file_name holds the folder; the json lies beside the pictures."""
    made = coco(root, splits_of(source))
    for split, document in made.documents.items():
        for image in document["images"]:
            image["file_name"] = f"images/{split}/{image['file_name']}"
        write(root / f"{split}.json", json.dumps(document, indent=1))


def _coco_roboflow(root: Path, source: Source) -> None:
    """A Roboflow export: SPLIT/_annotations.coco.json, an unused category 0 above the others, fractions of pixels."""
    for split, shots in splits_of(source).items():
        folder = {"train": "train", "val": "valid"}[split]
        made = coco(root / "tmp", {split: shots})
        document = made.documents[split]
        document["categories"].insert(0, {"id": 0, "name": "shapes", "supercategory": "none"})
        for a in document["annotations"]:
            a["bbox"] = [v + 0.25 if k < 2 else v - 0.5 for k, v in enumerate(a["bbox"])]
            a["segmentation"] = []
        for shot in shots:
            write(root / f"{folder}/{shot.stem}.jpg", (root / f"tmp/images/{split}/{shot.stem}.jpg").read_bytes())
            (root / f"tmp/images/{split}/{shot.stem}.jpg").unlink()
        (root / f"tmp/images/{split}").rmdir()
        write(root / f"{folder}/_annotations.coco.json", json.dumps(document))
    (root / "tmp/images").rmdir()
    (root / "tmp").rmdir()


def _voc(root: Path, source: Source) -> None:
    voc(root, splits_of(source))


def _voc_odd(root: Path, source: Source) -> None:
    """Difficult objects, fractions, another order of the keys, xml without objects, a declaration, absolute paths."""
    splits = voc(root, splits_of(source))
    for n, shot in enumerate(splits["train"]):
        text = voc_xml(shot)
        if n % 4 == 0:
            text = text.replace("<difficult>0", "<difficult>1")
        if n % 5 == 0:
            text = '<?xml version="1.0" encoding="UTF-8"?>\n' + text
        if n % 7 == 0:
            text = text.replace("  <segmented>", f"  <path>C:\\shapes\\{shot.stem}.jpg</path>\n  <segmented>")
        if n % 11 == 3:
            for t in shot.things:
                text = text.replace(f"  {voc_object(NAMES[t.kind], t)}\n", "")
        write(root / f"Annotations/{shot.stem}.xml", text)


def _voc_edges(root: Path, source: Source) -> None:
    """Boxes from 1 to the picture's full width and height; a few tools begin at 0."""
    splits = voc(root, splits_of(source))
    for n, shot in enumerate(splits["train"][:10]):
        start = "<xmin>1</xmin><ymin>1</ymin>" if n % 2 else "<xmin>0</xmin><ymin>0</ymin>"
        edge = f"{start}<xmax>320</xmax><ymax>240</ymax>"
        own = f"  <object><name>disc</name><difficult>0</difficult><bndbox>{edge}</bndbox></object>\n"
        write(root / f"Annotations/{shot.stem}.xml", voc_xml(shot).replace("</annotation>", own + "</annotation>"))


def _folders(root: Path, source: Source) -> None:
    folders(root, source)


def _folders_nested(root: Path, source: Source) -> None:
    """Folders within the class folders, upper-case suffixes, PNG and JPEG, blanks and accents in the names of classes."""
    names = ("Façade nord", "b-2", "c c", "d")
    made = folders(root, source, names=names)
    for split, classes in made.items():
        for name, shots in classes.items():
            for n, shot in enumerate(shots):
                old = root / f"{split}/{name}/{shot.stem}.jpg"
                if n % 3 == 0:
                    (old.parent / "session 1").mkdir(exist_ok=True)
                    old.rename(old.parent / "session 1" / f"{shot.stem}.JPG")
                elif n % 3 == 1:
                    old.unlink()
                    write(old.with_suffix(".png"), encoded(shot.picture, "PNG"))


def _folders_grey(root: Path, source: Source) -> None:
    """Grey pictures of 28 pixels, as many teaching sets have."""
    made = folders(root, source, side=64)
    for split, classes in made.items():
        for name, shots in classes.items():
            for shot in shots:
                small = ImageOps.grayscale(shot.picture).resize((28, 28))
                (root / f"{split}/{name}/{shot.stem}.jpg").unlink()
                write(root / f"{split}/{name}/{shot.stem}.png", encoded(small, "PNG"))


def _folders_numbers(root: Path, source: Source) -> None:
    """Classes 0 to 11 as names: 10 sorts before 2, in both splits alike."""
    folders(root, source, names=[str(i) for i in range(12)], counts={"train": 12, "val": 5, "test": 5})


def _folders_alone(root: Path, source: Source) -> None:
    """Class folders without splits."""
    folders(root, source, counts={"train": 24})
    for folder in (root / "train").iterdir():
        folder.rename(root / folder.name)
    (root / "train").rmdir()


SETS: dict[str, tuple[Format, Callable[[Path, Source], None]]] = {
    "clean-coco-plain": ("coco", _coco),
    "clean-coco-odd": ("coco", _coco_odd),
    "clean-coco-from-zero": ("coco", _coco_zero),
    "clean-coco-folders-in-names": ("coco", _coco_folders),
    "clean-coco-roboflow": ("coco", _coco_roboflow),
    "clean-voc-plain": ("voc", _voc),
    "clean-voc-odd": ("voc", _voc_odd),
    "clean-voc-edges": ("voc", _voc_edges),
    "clean-folders-plain": ("imagefolder", _folders),
    "clean-folders-nested": ("imagefolder", _folders_nested),
    "clean-folders-grey": ("imagefolder", _folders_grey),
    "clean-folders-numbers": ("imagefolder", _folders_numbers),
    "clean-folders-alone": ("imagefolder", _folders_alone),
}

CLEAN = tuple(Clean(name, kind, draw) for name, (kind, draw) in SETS.items())
