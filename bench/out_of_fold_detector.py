"""Predictions for every picture of a YOLO set by a detector that did not see it: k folds of a small YOLOv8, as COCO results json.

    python bench/out_of_fold_detector.py DATA_FOLDER OUT_FOLDER --folds 2 --epochs 30 --imgsz 192 [--only 0]

DATA_FOLDER holds images/ and labels/ below which every split is taken. Pictures are linked and labels copied into OUT_FOLDER,
because Ultralytics writes a cache beside the labels. Each fold writes predictions-FOLD.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path

import numpy as np
import yaml


def copied(data: Path, out: Path) -> list[Path]:
    """The pictures, linked below `out`, beside copies of their labels."""
    pictures = []
    for source in sorted((data / "images").rglob("*.jpg")):
        picture = out / "set" / "images" / source.name
        picture.parent.mkdir(parents=True, exist_ok=True)
        if not picture.exists():
            picture.symlink_to(source.resolve())
        label = data / "labels" / source.parent.name / f"{source.stem}.txt"
        target = out / "set" / "labels" / label.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if label.exists():
            shutil.copy(label, target)
        pictures.append(picture)
    return pictures


def train_and_predict(pictures: list[Path], names: object, fold: int, given: argparse.Namespace) -> None:
    """Train without the fold's pictures, then predict them."""
    from ultralytics import YOLO

    folds = np.random.default_rng(0).permutation(len(pictures)) % given.folds
    home = given.out / f"fold-{fold}"
    home.mkdir(parents=True, exist_ok=True)
    held = [p for p, f in zip(pictures, folds, strict=True) if f == fold]
    (home / "train.txt").write_text("".join(f"{p.absolute()}\n" for p in pictures if p not in set(held)))
    (home / "val.txt").write_text("".join(f"{p.absolute()}\n" for p in held[:8]))
    settings = {"path": str(home.absolute()), "train": "train.txt", "val": "val.txt", "names": names}
    (home / "data.yaml").write_text(yaml.safe_dump(settings))
    model = YOLO("yolov8n.yaml")
    learning = {"optimizer": "AdamW", "lr0": 0.001, "nbs": 8, "warmup_epochs": 2, "seed": 0, "amp": False, "workers": 0}
    looks = {"mosaic": 0.4, "close_mosaic": 10, "flipud": 0.5, "cache": "ram"}
    place = {"project": str(home.absolute()), "name": "run", "exist_ok": True, "plots": False, "verbose": False}
    size = {"epochs": given.epochs, "imgsz": given.imgsz, "batch": 8, "device": "cpu", "val": False}
    model.train(data=str(home / "data.yaml"), **size, **learning, **looks, **place)
    results = []
    for picture in held:
        boxes = model.predict(str(picture), imgsz=given.imgsz, conf=0.01, verbose=False, device="cpu")[0].boxes
        for (x0, y0, x1, y1), score, category in zip(
            boxes.xyxy.tolist(), boxes.conf.tolist(), boxes.cls.tolist(), strict=True
        ):
            box = [round(v, 2) for v in (x0, y0, x1 - x0, y1 - y0)]
            results.append(
                {"image_id": picture.stem, "category_id": int(category), "bbox": box, "score": round(score, 4)}
            )
    (given.out / f"predictions-{fold}.json").write_text(json.dumps(results))


def main() -> None:
    """Read the arguments and do the folds asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--imgsz", type=int, default=192)
    parser.add_argument("--only", type=int)
    given = parser.parse_args()
    os.environ.setdefault("YOLO_OFFLINE", "true")
    names = yaml.safe_load((given.data / "data.yaml").read_text())["names"]
    pictures = copied(given.data, given.out)
    for fold in range(given.folds) if given.only is None else [given.only]:
        train_and_predict(pictures, names, fold, given)


if __name__ == "__main__":
    main()
